import type { CallEventType } from "../call-view.ts";
import { isTalking } from "../call-view.ts";
import { microphoneIcon, mutedIcon } from "../icons.ts";
import { type ButtonFace, VoiceButton } from "../voice-button.ts";

/**
 * Mutes and unmutes the microphone. Pressed means muted, and only once the audio layer says so.
 *
 * @tag voice-mute-button
 * @slot - Replaces the label.
 * @slot icon - Replaces the icon.
 * @csspart button - The button; `aria-pressed="true"` while muted.
 * @csspart icon - The icon.
 * @csspart label - The label.
 * @cssprop --voice-raised - Background.
 * @cssprop --voice-text - Label and icon; background while muted.
 * @fires voice-mute-request - A person asks to mute or unmute. Cancelable. `detail.muted`: what is asked for.
 * @fires voice-error - It could not be done. `detail.error`
 */
export class VoiceMuteButton extends VoiceButton {
  static override readonly callEvents: readonly CallEventType[] = ["statechange", "mutechange", "ended"];

  protected get face(): ButtonFace {
    const call = this.currentCall;
    const pressed = call?.muted ?? false;
    return { label: this.text("mute"), icon: pressed ? mutedIcon : microphoneIcon, enabled: isTalking(call), pressed };
  }

  protected activate(): void {
    const call = this.currentCall;
    if (call === undefined) return;
    const muted = !call.muted;
    this.ask("voice-mute-request", { muted }, () => call.setMuted(muted));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-mute-button": VoiceMuteButton;
  }
}
