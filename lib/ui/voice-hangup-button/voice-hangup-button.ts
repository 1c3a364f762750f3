import { phaseOf } from "../call-view.ts";
import { hangupIcon } from "../icons.ts";
import { type ButtonFace, VoiceButton } from "../voice-button.ts";

/**
 * Ends the call, or gives up starting it.
 *
 * @tag voice-hangup-button
 * @slot - Replaces the label.
 * @slot icon - Replaces the icon.
 * @csspart button - The button.
 * @csspart icon - The icon.
 * @csspart label - The label.
 * @cssprop --voice-danger - Background.
 * @cssprop --voice-on-danger - Label and icon.
 * @fires voice-hangup-request - A person asks to end the call. Cancelable.
 * @fires voice-error - It could not be done. `detail.error`
 */
export class VoiceHangupButton extends VoiceButton {
  protected get face(): ButtonFace {
    const call = this.currentCall;
    const phase = phaseOf(call);
    const enabled = (phase === "starting" || phase === "live") && call?.state !== "terminating";
    return { label: this.text("hangUp"), icon: hangupIcon, enabled, tone: "danger" };
  }

  protected activate(): void {
    this.ask("voice-hangup-request", null, () => this.currentCall?.hangUp());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-hangup-button": VoiceHangupButton;
  }
}
