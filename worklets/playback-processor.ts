import { PlaybackStream } from "../lib/core/playback-stream.ts";
import type { FrameEnd } from "../lib/frames/frame-pipe.ts";
import { PolledFrameReader } from "../lib/frames/polled-frame-reader.ts";
import { CallScope } from "./call-scope.ts";
import { LevelReporter } from "./level-reporter.ts";
import type { CallFigures, PlaybackReply, PlaybackRequest, ProcessorSetup } from "./messages.ts";
import { failure, startCore } from "./start-core.ts";

/** A burst of generated speech is taken in over several quanta: 12 MB a second at 48 kHz. */
const BYTES_A_QUANTUM = 32_768;

/**
 * Frames to loudspeaker: downlink pipe → core → 128 samples a quantum. Render thread. A port's frames come between quanta, a ring's are
 * taken in `process`. `process` allocates nothing; the level message goes out from it, because nothing else here knows the time.
 */
export class PlaybackProcessor extends AudioWorkletProcessor implements AudioWorkletProcessorImpl {
  readonly #scope: CallScope;
  readonly #levels: LevelReporter;
  readonly #sampleBytes: number;
  #stream: PlaybackStream | undefined;
  #reader: PolledFrameReader | undefined;
  #receivedBytes = 0;
  /** Where in the stream the present connection began. */
  #connectedAt = 0;
  #running = true;

  constructor({ processorOptions }: { readonly processorOptions: ProcessorSetup }) {
    super();
    const { callId, wasm, format } = processorOptions;
    this.#scope = CallScope.join(callId);
    this.#sampleBytes = format.codec === "L16" ? 2 : 1;
    this.#levels = new LevelReporter((report) => this.#reply(report));
    this.port.onmessage = ({ data }: { readonly data: PlaybackRequest }) => this.#receive(data);
    try {
      this.#stream = new PlaybackStream(startCore(wasm), { format, deviceRate: sampleRate });
      this.#reply({ type: "ready" });
    } catch (error) {
      this.#reply(failure(error));
    }
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const stream = this.#stream;
    const output = outputs[0]?.[0];
    if (!stream || !output) return this.#running;
    this.#reader?.poll(BYTES_A_QUANTUM);
    stream.pull(output, Date.now());
    this.#scope.echo.played(stream.playedPosition, currentTime);
    this.#levels.tick(this.#scope, stream);
    return this.#running;
  }

  #take(stream: PlaybackStream, bytes: Uint8Array, arrivalMs: number): void {
    this.#scope.echo.received(bytes, this.#receivedBytes);
    this.#receivedBytes += bytes.length;
    stream.push(bytes, arrivalMs);
  }

  #receive(request: PlaybackRequest): void {
    const stream = this.#stream;
    if (!stream && request.type !== "stop") return;
    switch (request.type) {
      case "connect":
        this.#connect(stream!, request.end);
        break;
      case "flush":
        this.#scope.echo.forget();
        this.#flush(stream!, request.id, request.positionBytes);
        break;
      case "stats":
        this.#reply({ type: "stats", id: request.id, stats: this.#figures(stream!) });
        break;
      case "stop":
        this.#stop();
        break;
      default:
        request satisfies never;
    }
  }

  #connect(stream: PlaybackStream, end: FrameEnd): void {
    this.#reader?.close();
    // The last sample of the connection before may have been cut off: the next one begins with a whole sample.
    if (this.#receivedBytes % this.#sampleBytes) this.#take(stream, new Uint8Array(1), Date.now());
    this.#connectedAt = this.#receivedBytes;
    this.#reader = new PolledFrameReader(end, (bytes, atMs) => this.#take(stream, bytes, atMs));
  }

  /** What was left of a connection before goes as well, but the answer counts bytes of the present one. */
  #flush(stream: PlaybackStream, id: number, positionBytes: number): void {
    const { removedBytes, heardMs } = stream.flush(this.#connectedAt + positionBytes);
    this.#reply({ type: "flushed", id, removedBytes: Math.min(removedBytes, positionBytes), heardMs });
  }

  #figures(stream: PlaybackStream): CallFigures {
    const { capture, echo } = this.#scope;
    return {
      capture: capture?.figures(),
      playback: stream.stats(),
      downlink: this.#reader?.counters,
      loop: echo.report(),
    };
  }

  #stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#stream = undefined;
    this.#reader?.close();
    this.#scope.leave();
    this.port.onmessage = null;
    this.port.close();
  }

  #reply(reply: PlaybackReply): void {
    this.port.postMessage(reply);
  }
}
