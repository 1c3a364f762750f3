import {
  type CallFigures,
  type CaptureReply,
  type CaptureRequest,
  type CaptureSetup,
  captureProcessorName,
  type LevelReport,
  type PlaybackReply,
  type PlaybackRequest,
  type ProcessorSetup,
  playbackProcessorName,
} from "../../worklets/messages.ts";
import type { AudioFormat, FlushResult } from "../core/index.ts";
import { canShareFrames, createFramePipe, type FrameEnd, transferables } from "../frames/index.ts";
import { ProcessorNode, type SetupFailure } from "./processor-node.ts";

export const FRAME_MS = 20;

/** Microphone frames that wait for the socket's thread; later ones are refused and counted. */
const UPLINK_SECONDS = 4;
/** A burst of generated speech on its way into the core: twice the largest frame. Memory that is not touched costs nothing. */
const DOWNLINK_BYTES = 2 ** 21;

/** Ends of the two frame pipes, for the thread that holds the socket (what a transport's `connectMedia` takes). */
export interface MediaEnds {
  /** Encoded microphone frames, to be sent to the peer. */
  readonly uplink: FrameEnd;
  /** Where frames from the peer go. */
  readonly downlink: FrameEnd;
}

export interface MediaLinkOptions {
  readonly context: AudioContext;
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly format: AudioFormat;
  readonly muted: boolean;
  readonly onLevel: (report: LevelReport) => void;
}

/** The two processors of a call in one format, and the frame pipes that lead away from them. */
export class MediaLink {
  readonly kind = canShareFrames() ? "shared" : "port";
  readonly format: AudioFormat;
  readonly #capture: ProcessorNode<
    CaptureRequest,
    CaptureReply,
    { mute: Extract<CaptureReply, { readonly type: "muted" }> }
  >;
  readonly #playback: ProcessorNode<
    PlaybackRequest,
    PlaybackReply,
    { flush: FlushResult; stats: { stats: CallFigures } }
  >;

  constructor({ context, wasm, format, muted, onLevel }: MediaLinkOptions) {
    this.format = format;
    const setup: ProcessorSetup = { callId: crypto.randomUUID(), wasm, format };
    const explain = async (failure: SetupFailure) => (await import("./core-failure.ts")).coreFailure(failure, wasm);
    // The browser mixes down to mono. The output is silence: a node that leads nowhere is not run by every browser.
    this.#capture = new ProcessorNode(
      context,
      captureProcessorName,
      {
        ...mono,
        processorOptions: { ...setup, frameMs: FRAME_MS, muted } satisfies CaptureSetup,
      },
      explain,
      () => {},
    );
    this.#playback = new ProcessorNode(
      context,
      playbackProcessorName,
      { ...mono, numberOfInputs: 0, processorOptions: setup },
      explain,
      (report) => report.type === "level" && onLevel(report),
    );
  }

  /** Resolves when both cores run; rejects with `csp-wasm`, `audio-format`, `audio-core` … */
  get ready(): Promise<unknown> {
    return Promise.all([this.#capture.ready, this.#playback.ready]);
  }

  /**
   * New pipes in place of those there were: microphone frames that were held come first, and what was still to be played is played.
   * Returns their ends.
   */
  connect(): MediaEnds {
    const shared = this.kind === "shared";
    const uplink = createFramePipe({ shared, capacityBytes: UPLINK_SECONDS * bytesPerSecond(this.format) });
    const downlink = createFramePipe({ shared, capacityBytes: DOWNLINK_BYTES });
    this.#capture.send({ type: "connect", end: uplink.tx }, transferables(uplink.tx));
    this.#playback.send({ type: "connect", end: downlink.rx }, transferables(downlink.rx));
    return { uplink: uplink.rx, downlink: downlink.tx };
  }

  /** Nobody takes the microphone's frames: the newest few seconds are held for the next `connect`. */
  hold(): void {
    this.#capture.send({ type: "hold" });
  }

  /** Where the microphone goes. */
  get input(): AudioNode {
    return this.#capture.node;
  }

  /** Where the peer's sound comes from. */
  get output(): AudioNode {
    return this.#playback.node;
  }

  /** What the capture worklet says it does, once it does. */
  async setMuted(muted: boolean): Promise<boolean> {
    return (await this.#capture.ask({ type: "mute", muted })).muted;
  }

  async flush(positionBytes: number): Promise<FlushResult> {
    const { removedBytes, heardMs } = await this.#playback.ask({ type: "flush", positionBytes });
    return { removedBytes, heardMs };
  }

  async figures(): Promise<CallFigures> {
    return (await this.#playback.ask({ type: "stats" })).stats;
  }

  /** Idempotent. */
  close(): void {
    this.#capture.close();
    this.#playback.close();
  }
}

const mono = {
  numberOfInputs: 1,
  numberOfOutputs: 1,
  outputChannelCount: [1],
  channelCount: 1,
  channelCountMode: "explicit",
} as const satisfies AudioWorkletNodeOptions;

function bytesPerSecond({ codec, sampleRate }: AudioFormat): number {
  return codec === "L16" ? sampleRate * 2 : codec === "G722" ? sampleRate / 2 : sampleRate;
}
