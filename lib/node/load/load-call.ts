import { findCodec, parseCodec } from "../../protocol/index.ts";
import { Session, type SessionEnd } from "../../session/index.ts";
import type { Transport } from "../../transport/transport.ts";
import { callFormat } from "../call-format.ts";
import type { NodeWebSocketOptions } from "../connect-node-websocket.ts";
import { connectLean } from "./connect-lean.ts";

export interface LoadCallOptions extends NodeWebSocketOptions {
  readonly application: string;
  readonly codec: string;
}

/** What a line tells its generator. Times are milliseconds of `performance.now()`. */
export interface LoadListener {
  /** A frame of ours came back: when it was due to be sent, when it was, and when it came. */
  echoed(dueAt: number, sentAt: number, receivedAt: number): void;
  /** Sound that is not ours, or came twice. */
  foreign(bytes: number): void;
}

/** As many frames as may be on their way: more than 20 s. */
const windowFrames = 1024;
const mark = 0x5642; // "BV": a frame of ours begins with it, then its number
const markBytes = 6;

/** One call of a load generator, however it is made. */
export interface LoadLine {
  /** The call is on. */
  readonly active: boolean;
  /** Bytes of sound that came. */
  readonly receivedBytes: number;
  /** Resolves when the call is over. */
  readonly ended: Promise<unknown>;
  /** Resolves when the call is active. Rejects with an error that has a `code`. */
  start(id: string): Promise<void>;
  /** Sends the next frame, which was due at `dueAt`. False: the call is over, or the connection takes no more. */
  send(dueAt: number, now: number): boolean;
  /** Ends the call. False where it did not part in good order. */
  hangUp(): Promise<boolean>;
}

/** A call as the library makes it: sends numbered frames when told to, and knows them when they come back, whole or in other pieces. */
export class LoadCall implements LoadLine {
  readonly #session: Session;
  readonly #listener: LoadListener;
  readonly #frameBytes: number;
  readonly #template: Buffer;
  readonly #dueAt = new Float64Array(windowFrames);
  readonly #sentAt = new Float64Array(windowFrames);
  readonly #open = new Uint8Array(windowFrames);
  readonly #options: LoadCallOptions;
  #transport: Transport | undefined;
  #sequence = 0;
  /** What came and is not a whole frame yet. */
  #rest: Buffer = Buffer.alloc(0);
  #received = 0;

  constructor(options: LoadCallOptions, listener: LoadListener) {
    this.#options = options;
    this.#listener = listener;
    const codec = parseCodec(options.codec);
    this.#frameBytes = callFormat(codec).frameBytes;
    this.#template = Buffer.alloc(this.#frameBytes);
    // A quiet noise: whoever decodes it hears something, and no run of zeros helps anybody.
    for (let i = markBytes; i < this.#frameBytes; i++) this.#template[i] = i % 2 ? 0 : (i * 37) & 0x7f;
    this.#template.writeUInt16LE(mark, 0);
    this.#session = new Session({
      role: "voice",
      transport: connectLean(options),
      requestTimeoutMs: 15_000,
      onFrame: (frame) => this.#receive(frame),
    });
    this.#session.handle("audio.buffer.clear", () => ({ len: 0 }));
    this.#session.handle("session.set", () => {});
    this.#session.handle("session.get", () => ({}));
    this.#session.handle("call.hangup", () => {});
    this.#session.handle("application.move", () => ({}));
  }

  get active(): boolean {
    return this.#session.state === "active";
  }

  get receivedBytes(): number {
    return this.#received;
  }

  get ended(): Promise<SessionEnd> {
    return this.#session.ended;
  }

  async hangUp(): Promise<boolean> {
    return (await this.#session.hangUp("load test over")).error === undefined;
  }

  async start(id: string): Promise<void> {
    await this.#session.initialize({
      application: { id: this.#options.application },
      call: { id, session_id: id, from: "load", to: "test" },
      codecs: [findCodec(this.#options.codec)!],
    });
    this.#transport = this.#session.transport;
  }

  send(dueAt: number, now: number): boolean {
    const frame = this.#template; // a `StreamWire` keeps nothing of it
    const slot = this.#sequence % windowFrames;
    frame.writeUInt32LE(this.#sequence, 2);
    if (this.#transport?.sendFrame(frame) !== true) return false;
    this.#dueAt[slot] = dueAt;
    this.#sentAt[slot] = now;
    this.#open[slot] = 1;
    this.#sequence++;
    return true;
  }

  #receive(bytes: Uint8Array): void {
    const now = performance.now();
    this.#received += bytes.byteLength;
    if (this.#rest.length === 0 && bytes.length === this.#frameBytes && this.#recognize(bytes, now)) return;
    this.#reassemble(Buffer.from(bytes), now);
  }

  /** A peer that cuts its sound in other pieces than ours: finds our frames in the run of bytes. */
  #reassemble(bytes: Buffer, now: number): void {
    let run = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (run.length >= this.#frameBytes) {
      if (this.#recognize(run, now)) run = run.subarray(this.#frameBytes);
      else {
        const next = run.indexOf(this.#template.subarray(0, 2), 1);
        const skipped = next < 0 ? run.length - 1 : next;
        this.#listener.foreign(skipped);
        run = run.subarray(skipped);
      }
    }
    this.#rest = Buffer.from(run);
  }

  #recognize(frame: Uint8Array, now: number): boolean {
    if (frame[0] !== (mark & 255) || frame[1] !== mark >> 8) return false;
    const sequence = (frame[2]! | (frame[3]! << 8) | (frame[4]! << 16) | (frame[5]! << 24)) >>> 0;
    const slot = sequence % windowFrames;
    if (sequence >= this.#sequence || this.#sequence - sequence > windowFrames || this.#open[slot] === 0) return false;
    this.#open[slot] = 0;
    this.#listener.echoed(this.#dueAt[slot]!, this.#sentAt[slot]!, now);
    return true;
  }
}
