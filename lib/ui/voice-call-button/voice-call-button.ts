import { phaseOf } from "../call-view.ts";
import { callIcon } from "../icons.ts";
import { type ButtonFace, VoiceButton } from "../voice-button.ts";

/**
 * Starts a call.
 *
 * @tag voice-call-button
 * @slot - Replaces the label.
 * @slot icon - Replaces the icon.
 * @csspart button - The button.
 * @csspart icon - The icon.
 * @csspart label - The label.
 * @cssprop --voice-accent - Background.
 * @cssprop --voice-on-accent - Label and icon.
 * @fires voice-call-request - A person asks for a call. Cancelable: `preventDefault()` keeps it from starting.
 * @fires voice-error - The call could not be started. `detail.error`
 */
export class VoiceCallButton extends VoiceButton {
  protected get face(): ButtonFace {
    const phase = phaseOf(this.currentCall);
    const enabled = phase === "idle" || (phase === "over" && this.scope !== undefined && this.call === undefined);
    return { label: this.text(phase === "over" ? "callAgain" : "startCall"), icon: callIcon, enabled, tone: "primary" };
  }

  protected activate(): void {
    this.ask("voice-call-request", null, () => (this.call ?? this.scope)?.start());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-call-button": VoiceCallButton;
  }
}
