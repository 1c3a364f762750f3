import { VoiceCall } from "./voice-call/voice-call.ts";
import { VoiceCallButton } from "./voice-call-button/voice-call-button.ts";
import { VoiceCaptions } from "./voice-captions/voice-captions.ts";
import { VoiceDevices } from "./voice-devices/voice-devices.ts";
import { VoiceDialpad } from "./voice-dialpad/voice-dialpad.ts";
import { VoiceHangupButton } from "./voice-hangup-button/voice-hangup-button.ts";
import { VoiceLevel } from "./voice-level/voice-level.ts";
import { VoiceMuteButton } from "./voice-mute-button/voice-mute-button.ts";
import { VoicePreflight } from "./voice-preflight/voice-preflight.ts";
import { VoiceQuality } from "./voice-quality/voice-quality.ts";
import { VoiceRecorder } from "./voice-recorder/voice-recorder.ts";
import { VoiceStatus } from "./voice-status/voice-status.ts";

/** Every element by its tag: a new one is a line here. */
export const elements = {
  "voice-call-button": VoiceCallButton,
  "voice-captions": VoiceCaptions,
  "voice-devices": VoiceDevices,
  "voice-dialpad": VoiceDialpad,
  "voice-hangup-button": VoiceHangupButton,
  "voice-level": VoiceLevel,
  "voice-mute-button": VoiceMuteButton,
  "voice-preflight": VoicePreflight,
  "voice-quality": VoiceQuality,
  "voice-recorder": VoiceRecorder,
  "voice-status": VoiceStatus,
  "voice-call": VoiceCall,
} as const;

// Nothing to register with outside a browser, and a tag that is taken stays as it is.
if (typeof customElements !== "undefined") {
  for (const [tag, element] of Object.entries(elements)) {
    if (customElements.get(tag) === undefined) customElements.define(tag, element);
  }
}

export { CallController, type CallControllerOptions, type CallHost } from "./call-controller.ts";
export { type CallScope, callScope } from "./call-scope.ts";
export type { CallPhase, CallView } from "./call-view.ts";
export { ContextProvider } from "./context.ts";
export type { DetailOf, VoiceEventMap, VoiceNotificationMap, VoiceRequestMap } from "./events.ts";
export { type MessageChanges, type MessageKey, type Messages, registerMessages } from "./messages/messages.ts";
export { VoiceElement } from "./voice-element.ts";
// Registered by pages that need them: see their entries.
export type { VoiceIncoming } from "./voice-incoming/voice-incoming.ts";
export type { VoicePipButton } from "./voice-pip-button/voice-pip-button.ts";
export type { VoiceReplay } from "./voice-replay/voice-replay.ts";
export {
  VoiceCall,
  VoiceCallButton,
  VoiceCaptions,
  VoiceDevices,
  VoiceDialpad,
  VoiceHangupButton,
  VoiceLevel,
  VoiceMuteButton,
  VoicePreflight,
  VoiceQuality,
  VoiceRecorder,
  VoiceStatus,
};
