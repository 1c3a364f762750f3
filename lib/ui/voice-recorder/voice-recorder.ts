import type { PropertyDeclarations } from "lit";
import type { CallEventType } from "../call-view.ts";
import { type PanelScript, VoicePanel } from "../voice-panel.ts";

/**
 * Records both sides of the call in this page, after asking whether everybody agrees: pause, stop, listen, save. Nothing is sent anywhere.
 *
 * @tag voice-recorder
 * @slot consent - What has to be agreed to before recording starts.
 * @csspart button - A button.
 * @csspart consent - The question before recording starts.
 * @csspart state - Whether and how long it records.
 * @csspart playback - The player of a finished recording.
 * @csspart save - The link that saves it.
 * @cssprop --voice-danger - The mark while it records.
 * @fires voice-record-request - A person asks to record, after agreeing. Cancelable.
 * @fires voice-recorded - A recording is finished. `detail.blob`, `detail.name`
 * @fires voice-error - It could not be done. `detail.error`
 */
export class VoiceRecorder extends VoicePanel {
  static override readonly callEvents: readonly CallEventType[] = ["statechange", "recording", "ended"];
  static override properties: PropertyDeclarations = { format: { type: String } };

  /** `browser`: what the browser makes, mostly WebM with Opus. `wav`: 16 bit, mono, 48 kHz at most. */
  declare format: "browser" | "wav";

  constructor() {
    super();
    this.format = "browser";
  }

  protected override load(): Promise<PanelScript<this>> {
    return import("./recorder-panel.ts");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-recorder": VoiceRecorder;
  }
}
