/** The typed door to the wasm core: bytes in, samples out, on whichever thread holds the instance. */

export { AutomaticGain, type AutomaticGainOptions } from "./agc.ts";
export type { AudioFormat, CodecName } from "./audio-format.ts";
export { BlockCodec } from "./block-codec.ts";
export { type CaptureOptions, CaptureStream } from "./capture-stream.ts";
export { Core, type CoreExports, type Level } from "./core.ts";
export { CoreError, type CoreErrorCode } from "./core-error.ts";
export { type DetectedDigit, DtmfDetector } from "./dtmf-detector.ts";
export { coreBytes, signalsBytes } from "./inlined-bytes.ts";
export { instantiateCore, instantiateSignals } from "./instantiate.ts";
export { Mixer, type MixerOptions, mixerSlots } from "./mixer.ts";
export { PlaybackSequence } from "./playback-sequence.ts";
export type { JitterBufferStats, PlaybackStats, StreamCount } from "./playback-stats.ts";
export { type FlushResult, type PlaybackOptions, PlaybackStream } from "./playback-stream.ts";
export type { Samples } from "./samples.ts";
export { Signals, type SignalsExports } from "./signals.ts";
export { dtmfDigits, type Tone, ToneGenerator, type ToneOptions } from "./tone-generator.ts";
export { VoiceActivityDetector, type VoiceActivityOptions } from "./vad.ts";
