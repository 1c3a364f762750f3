/** Microphone to frames, frames to loudspeaker. Page only, importable anywhere. */
export type { AudioFormat, CodecName, FlushResult, Level, PlaybackStats } from "../core/index.ts";
export type { AudioAssets } from "./assets.ts";
export { AudioError, type AudioErrorCode } from "./audio-error.ts";
export {
  AudioLevelEvent,
  type AudioState,
  AudioStateEvent,
  type AudioWarning,
  AudioWarningClearEvent,
  AudioWarningEvent,
  type CallAudioEventMap,
  MicrophoneEndedEvent,
} from "./audio-events.ts";
export type { AudioStats, CaptureFigures, LoopDelay, MicrophoneFigures } from "./audio-stats.ts";
export { CallAudio, type CallAudioOptions } from "./call-audio.ts";
export type { ConferenceAudio, ConferenceAudioOptions, ConferencePlace } from "./conference-audio.ts";
export type { AudioDevice } from "./device-list.ts";
export type { MicrophoneSettings } from "./device-memory.ts";
export {
  DeviceManager,
  DevicesEvent,
  type MicrophoneFilter,
  type NoiseSuppressor,
  pageDevices,
} from "./devices.ts";
export { type HoldSound, loadHoldSound } from "./hold-sound.ts";
export type { MediaEnds } from "./media-link.ts";
export { Microphone, type MicrophoneOptions } from "./microphone.ts";
export type { MixerAssets, PortRoute } from "./mixer-node.ts";
export { Pulse } from "./pulse.ts";
export { sharedAudioContext } from "./shared-context.ts";
export type { MediaTracks } from "./track-link.ts";
