"use client";

/** The elements as React components (18 and 19). Importing it registers those of `voicebridge/elements`, where there is a page. */
import "voicebridge/elements";
import { VoiceCall as VoiceCallElement } from "../ui/voice-call/voice-call.ts";
import { VoiceCallButton as VoiceCallButtonElement } from "../ui/voice-call-button/voice-call-button.ts";
import { VoiceCaptions as VoiceCaptionsElement } from "../ui/voice-captions/voice-captions.ts";
import { VoiceDevices as VoiceDevicesElement } from "../ui/voice-devices/voice-devices.ts";
import { VoiceDialpad as VoiceDialpadElement } from "../ui/voice-dialpad/voice-dialpad.ts";
import { VoiceHangupButton as VoiceHangupButtonElement } from "../ui/voice-hangup-button/voice-hangup-button.ts";
import { VoiceIncoming as VoiceIncomingElement } from "../ui/voice-incoming/voice-incoming.ts";
import { VoiceLevel as VoiceLevelElement } from "../ui/voice-level/voice-level.ts";
import { VoiceMuteButton as VoiceMuteButtonElement } from "../ui/voice-mute-button/voice-mute-button.ts";
import { VoicePreflight as VoicePreflightElement } from "../ui/voice-preflight/voice-preflight.ts";
import { VoiceQuality as VoiceQualityElement } from "../ui/voice-quality/voice-quality.ts";
import { VoiceRecorder as VoiceRecorderElement } from "../ui/voice-recorder/voice-recorder.ts";
import { VoiceStatus as VoiceStatusElement } from "../ui/voice-status/voice-status.ts";
import { component } from "./component.ts";

export const VoiceCall = /* @__PURE__ */ component("voice-call", VoiceCallElement);
export const VoiceCallButton = /* @__PURE__ */ component("voice-call-button", VoiceCallButtonElement);
export const VoiceCaptions = /* @__PURE__ */ component("voice-captions", VoiceCaptionsElement);
export const VoiceDevices = /* @__PURE__ */ component("voice-devices", VoiceDevicesElement);
export const VoiceDialpad = /* @__PURE__ */ component("voice-dialpad", VoiceDialpadElement);
export const VoiceHangupButton = /* @__PURE__ */ component("voice-hangup-button", VoiceHangupButtonElement);
export const VoiceIncoming = /* @__PURE__ */ component("voice-incoming", VoiceIncomingElement);
export const VoiceLevel = /* @__PURE__ */ component("voice-level", VoiceLevelElement);
export const VoiceMuteButton = /* @__PURE__ */ component("voice-mute-button", VoiceMuteButtonElement);
export const VoicePreflight = /* @__PURE__ */ component("voice-preflight", VoicePreflightElement);
export const VoiceQuality = /* @__PURE__ */ component("voice-quality", VoiceQualityElement);
export const VoiceRecorder = /* @__PURE__ */ component("voice-recorder", VoiceRecorderElement);
export const VoiceStatus = /* @__PURE__ */ component("voice-status", VoiceStatusElement);
