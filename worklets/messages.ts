import type { AudioFormat } from "../lib/core/audio-format.ts";
import type { Level } from "../lib/core/core.ts";
import type { PlaybackStats } from "../lib/core/playback-stats.ts";
import type { FlushResult } from "../lib/core/playback-stream.ts";
import type { FrameCounters, FrameEnd } from "../lib/frames/frame-pipe.ts";

/** Names under which index.ts, and mixer.ts, register the processors. */
export const captureProcessorName = "voicebridge-capture";
export const playbackProcessorName = "voicebridge-playback";
export const mixerProcessorName = "voicebridge-mixer";
export const keySenderName = "voicebridge-key-sender";
export const keyListenerName = "voicebridge-key-listener";

/** `processorOptions` of both processors. */
export interface ProcessorSetup {
  /** Names the call: its two processors find each other by it. */
  readonly callId: string;
  /** The core, compiled in the processor (WebKit cannot receive a module). */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly format: AudioFormat;
}

export interface CaptureSetup extends ProcessorSetup {
  readonly frameMs: number;
  readonly muted: boolean;
}

/** Page → capture. Everything with an `id` is answered by the message with that `id`. */
export type CaptureRequest =
  /** Frames go there from here on, those that were held first. */
  | { readonly type: "connect"; readonly end: FrameEnd }
  /** Nobody takes the frames for a while: the newest are held. */
  | { readonly type: "hold" }
  | { readonly type: "mute"; readonly id: number; readonly muted: boolean }
  | { readonly type: "stop" };

/** Page → playback. */
export type PlaybackRequest =
  /** Frames come from there from here on; positions of a flush count from its first byte. */
  | { readonly type: "connect"; readonly end: FrameEnd }
  | { readonly type: "flush"; readonly id: number; readonly positionBytes: number }
  | { readonly type: "stats"; readonly id: number }
  | { readonly type: "stop" };

/** Either processor → page, once, first: the core runs, or why it does not (`code` of a CoreError, where there is one). */
export type SetupReply =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly code: string | undefined; readonly message: string };

/** Capture → page. */
export type CaptureReply = SetupReply | { readonly type: "muted"; readonly id: number; readonly muted: boolean };

/** Playback → page. */
export type PlaybackReply =
  | SetupReply
  | ({ readonly type: "flushed"; readonly id: number } & FlushResult)
  | { readonly type: "stats"; readonly id: number; readonly stats: CallFigures }
  | LevelReport;

/** Playback → page, unasked, for both directions of the call: when something changed, and at most five a second for all calls together. */
export interface LevelReport {
  readonly type: "level";
  readonly input: Level;
  readonly output: Level;
}

/** What the two processors of a call know. */
export interface CallFigures {
  readonly capture: CaptureFigures | undefined;
  readonly playback: PlaybackStats;
  /** Frames taken from the downlink pipe. */
  readonly downlink: FrameCounters | undefined;
  readonly loop: LoopDelay | undefined;
}

export interface CaptureFigures {
  readonly frames: number;
  readonly muted: boolean;
  /** Frames put into the uplink pipe; dropped ones found it full. */
  readonly uplink: FrameCounters | undefined;
}

/** See echo-probe.ts. */
export interface LoopDelay {
  readonly lastMs: number;
  /** Of the last 64 measurements. */
  readonly medianMs: number;
  /** Measurements so far. */
  readonly count: number;
}

/** Inputs and outputs of the mixer's node. */
export const mixerPorts = 16;

/** `processorOptions` of the mixer, and of what sends and hears keys. */
export interface MixerSetup {
  /** signals.wasm, compiled in the processor. */
  readonly wasm: Uint8Array<ArrayBuffer>;
}

/** Page → mixer. */
export type MixerRequest =
  /** Opens a port, or changes it, over the next quantum. `gain` of what comes in, 0…8; bit i of `hears`: it hears port i (itself never). */
  | { readonly type: "set"; readonly port: number; readonly gain: number; readonly hears: number }
  | { readonly type: "close"; readonly port: number }
  | { readonly type: "stop" };

/** Mixer → page. */
export type MixerReply = SetupReply | MixerReport;

/** Mixer → page, unasked: eight times a second while somebody speaks or a level changes. */
export interface MixerReport {
  readonly type: "levels";
  /** On the context's clock. */
  readonly seconds: number;
  /** Of each port since the last report: RMS of what it said, after its gain, 0…1. */
  readonly levels: Float32Array<ArrayBuffer>;
  /** Bit i: port i speaks, and is not muted. */
  readonly speaking: number;
}

/** Page → key sender. Keys sound one after the other; `pauseMs` of silence follow each. */
export type KeySenderRequest =
  | { readonly type: "press"; readonly digit: string; readonly toneMs: number; readonly pauseMs: number }
  | { readonly type: "stop" };

/** Key sender → page. `idle`: the last key, and the pause after it, are over; `played` in all. */
export type KeySenderReply = SetupReply | { readonly type: "idle"; readonly played: number };

/** Page → key listener. */
export type KeyListenerRequest = { readonly type: "stop" };

/** Key listener → page: a key began to sound. */
export type KeyListenerReply = SetupReply | { readonly type: "key"; readonly digit: string };
