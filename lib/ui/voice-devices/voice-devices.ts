import type { PropertyDeclarations } from "lit";
import type { CallEventType } from "../call-view.ts";
import { type PanelScript, VoicePanel } from "../voice-panel.ts";

/**
 * Microphone and loudspeaker: which ones, how loud, and what is done to the sound. Works before, during and without a call; what is
 * chosen is remembered on this site.
 *
 * @tag voice-devices
 * @csspart field - A label with what belongs to it.
 * @csspart select - A list of devices.
 * @csspart button - A button.
 * @csspart problem - What went wrong, and what to do.
 * @cssprop --voice-raised - Background of lists and buttons.
 * @cssprop --voice-accent - Slider and check marks.
 * @fires voice-microphone-request - A person chose a microphone. Cancelable. `detail.id`
 * @fires voice-speaker-request - A person chose a loudspeaker. Cancelable. `detail.id`
 * @fires voice-processing-request - A person switched echo cancellation, noise suppression or automatic gain. Cancelable.
 * @fires voice-error - It could not be done; what was in use still is. `detail.error`
 */
export class VoiceDevices extends VoicePanel {
  static override readonly callEvents: readonly CallEventType[] = ["statechange", "ended"];
  static override properties: PropertyDeclarations = {
    noSpeaker: { type: Boolean, attribute: "no-speaker" },
    noProcessing: { type: Boolean, attribute: "no-processing" },
  };

  /** Leaves out loudspeaker and volume. */
  declare noSpeaker: boolean;
  /** Leaves out echo cancellation, noise suppression and automatic gain. */
  declare noProcessing: boolean;

  constructor() {
    super();
    this.noSpeaker = false;
    this.noProcessing = false;
  }

  protected override load(): Promise<PanelScript<this>> {
    return import("./devices-panel.ts");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-devices": VoiceDevices;
  }
}
