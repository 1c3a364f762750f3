import type { PropertyDeclarations } from "lit";
import type { CallOptions } from "../../call/call-options.ts";
import { type PanelScript, VoicePanel } from "../voice-panel.ts";

/**
 * A check before the call: microphone, loudspeaker, how much of it the microphone hears, and a short call to `src` for reach, codec, round
 * trip, jitter and (where the application echoes) the way of the sound there and back. Ends in a report that can be saved.
 *
 * @tag voice-preflight
 * @csspart button - A button.
 * @csspart prompt - What the person is to do now.
 * @csspart checks - The list of checks.
 * @csspart check - One check; also its verdict: `good`, `warning`, `bad` or `skipped`.
 * @csspart verdict - What the report says in a sentence.
 * @csspart save - The link that saves the report.
 * @cssprop --voice-good - The mark of what is good.
 * @cssprop --voice-danger - The mark of what does not work.
 * @fires voice-preflight-request - A person wants to check. Cancelable.
 * @fires voice-preflight - The report. `detail.report`
 */
export class VoicePreflight extends VoicePanel {
  static override properties: PropertyDeclarations = {
    src: { type: String },
    token: { type: String },
    options: { attribute: false },
  };

  /** Address of an application; one that echoes has its sound measured as well. */
  declare src: string | undefined;
  /** Credential, sent as the subprotocol `bearer.<base64url>`. */
  declare token: string | undefined;
  /** Everything else a call can be given; the attributes win. */
  declare options: CallOptions | undefined;

  protected override load(): Promise<PanelScript<this>> {
    return import("./preflight-panel.ts");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-preflight": VoicePreflight;
  }
}
