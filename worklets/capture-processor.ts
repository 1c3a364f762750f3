import { CaptureStream } from "../lib/core/capture-stream.ts";
import { FrameWriter } from "../lib/frames/frame-writer.ts";
import { CallScope } from "./call-scope.ts";
import type { CaptureReply, CaptureRequest, CaptureSetup } from "./messages.ts";
import { failure, startCore } from "./start-core.ts";

/** Newest frames that are held while nobody takes them: 3 s. */
const HELD_FRAMES = 150;

/**
 * Microphone to frames: 128 mono samples a quantum → core → encoded frames → uplink pipe. Render thread. Without an input (no microphone,
 * or while one replaces another) it sends silence, so that the cadence never breaks. `process` allocates nothing, but a frame's
 * buffer where the pipe is a port, or where there is none and frames are held.
 */
export class CaptureProcessor extends AudioWorkletProcessor implements AudioWorkletProcessorImpl {
  readonly #silence = new Float32Array(128);
  readonly #scope: CallScope;
  readonly #frameSeconds: number;
  #stream: CaptureStream | undefined;
  #writer: FrameWriter | undefined;
  #held: Uint8Array[] = [];
  #frames = 0;
  #running = true;

  constructor({ processorOptions }: { readonly processorOptions: CaptureSetup }) {
    super();
    const { callId, wasm, format, frameMs, muted } = processorOptions;
    this.#scope = CallScope.join(callId);
    this.#frameSeconds = frameMs / 1000;
    this.port.onmessage = ({ data }: { readonly data: CaptureRequest }) => this.#receive(data);
    try {
      const core = startCore(wasm);
      // Before the stream opens, so that not even the fade of a later mute is heard.
      core.exports.captureMute(muted ? 1 : 0);
      const stream = new CaptureStream(core, { format, deviceRate: sampleRate, frameMs });
      stream.muted = muted;
      this.#stream = stream;
      this.#scope.capture = {
        level: () => stream.level(),
        figures: () => ({ frames: this.#frames, muted: stream.muted, uplink: this.#writer?.counters }),
      };
      this.#reply({ type: "ready" });
    } catch (error) {
      this.#reply(failure(error));
    }
  }

  process(inputs: Float32Array[][]): boolean {
    const stream = this.#stream;
    if (!stream) return this.#running;
    const samples = inputs[0]?.[0] ?? this.#silence;
    stream.push(samples);
    for (let frame = stream.take(); frame; frame = stream.take()) {
      this.#frames++;
      // When its first sample came in, within a quantum.
      const seconds = currentTime + samples.length / sampleRate - this.#frameSeconds;
      if (this.#writer) {
        if (this.#writer.write(frame, Date.now())) this.#scope.echo.sent(frame, seconds);
      } else if (this.#held.push(frame.slice()) > HELD_FRAMES) this.#held.shift();
    }
    return this.#running;
  }

  #receive(request: CaptureRequest): void {
    switch (request.type) {
      case "connect":
        this.#writer?.close();
        this.#writer = new FrameWriter(request.end);
        for (const frame of this.#held) this.#writer.write(frame, Date.now());
        this.#held = [];
        break;
      case "hold":
        this.#writer?.close();
        this.#writer = undefined;
        break;
      case "mute":
        if (this.#stream) this.#stream.muted = request.muted;
        this.#reply({ type: "muted", id: request.id, muted: request.muted });
        break;
      case "stop":
        this.#stop();
        break;
      default:
        request satisfies never;
    }
  }

  #stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#stream = undefined;
    this.#writer?.close();
    this.#scope.capture = undefined;
    this.#scope.leave();
    this.port.onmessage = null;
    this.port.close();
  }

  #reply(reply: CaptureReply): void {
    this.port.postMessage(reply);
  }
}
