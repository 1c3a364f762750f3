import { connect, type Socket } from "node:net";
import type { LoadLine, LoadListener } from "../../../lib/node/load/load-call.ts";
import { encodeFrame, opcodes } from "../../../lib/node/wire/frame.ts";
import { MessageReader } from "../../../lib/node/wire/message-reader.ts";

const frameBytes = 320;
/** Of a masked frame of that length. */
const headBytes = 8;
const maxMessageBytes = 1 << 20;
/** How long a server may take to part. */
const patienceMs = 10_000;
/** Begins the sound of a frame of ours: mark, number, when it was due and when it was sent (float64), all little-endian. */
const mark = 0x56424252;
const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };

/** All lines read into the same memory: what came is looked at before anything else is read. */
const incoming = Buffer.allocUnsafe(1 << 16);
const times = new Float64Array(2);
const timeWords = new Int32Array(times.buffer);

/**
 * A call at the least cost for the generator, which shares the machine with the server: a plain TCP connection of Node that reads into one buffer,
 * a frame that is made and masked once and only renumbered, no session. Speaks `rtvbp.v1` as far as an echo needs it.
 */
export class RawLine implements LoadLine {
  readonly ended: Promise<boolean>;
  readonly #listener: LoadListener;
  readonly #socket: Socket;
  readonly #reader: MessageReader;
  readonly #maskKey = (Math.random() * 2 ** 31) | 1;
  #frame: Buffer;
  /** The sound of `#frame`, masked. */
  #words: Int32Array;
  /** The answer to the upgrade, until it is complete. */
  #answer: string | undefined = "";
  #id = "";
  #number = 0;
  #expected = 0;
  #goodbye = false;
  #activate!: () => void;
  #fail: (error: unknown) => void = () => {};
  active = false;
  receivedBytes = 0;

  constructor(url: string, listener: LoadListener) {
    this.#listener = listener;
    this.#frame = encodeFrame(opcodes.binary, quietNoise(), this.#maskKey);
    this.#words = wordsOf(this.#frame);
    this.#reader = new MessageReader(
      {
        message: (payload, isBinary) => (isBinary ? this.#sound(payload) : this.#message(payload.toString())),
        ping: (payload) => this.#send(opcodes.pong, payload),
        pong: () => {},
        close: (code) => {
          this.#goodbye = true;
          this.active = false;
          this.#send(opcodes.close, Buffer.from([code >> 8, code & 255]));
        },
        violation: () => this.#socket.destroy(),
      },
      { masked: false, maxMessageBytes },
    );
    const { hostname, port } = new URL(url);
    const callback = (bytes: number): boolean => {
      this.#read(incoming.subarray(0, bytes));
      return true;
    };
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: incoming, callback },
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.once("end", () => this.#socket.end());
    this.ended = new Promise((resolve) => {
      this.#socket.once("close", () => {
        this.active = false;
        this.#fail(Object.assign(new Error("The connection was closed."), { code: "closed" }));
        resolve(this.#goodbye);
      });
    });
  }

  start(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#activate = resolve;
      this.#fail = reject;
      this.#id = id;
      this.#socket.write(
        `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: ${Buffer.from(id.padEnd(16).slice(-16)).toString("base64")}\r\nSec-WebSocket-Protocol: rtvbp.v1\r\n\r\n`,
      );
    });
  }

  send(dueAt: number, now: number): boolean {
    if (!this.active) return false;
    const [words, key] = [this.#words, this.#maskKey];
    times[0] = dueAt;
    times[1] = now;
    words[1] = this.#number ^ key;
    for (let i = 0; i < 4; i++) words[2 + i] = timeWords[i]! ^ key;
    this.#socket.write(this.#frame);
    this.#number++;
    if (this.#socket.writableLength > 0) {
      // It waits in this process, and is not to change any more.
      this.#frame = Buffer.from(this.#frame);
      this.#words = wordsOf(this.#frame);
    }
    return true;
  }

  hangUp(): Promise<boolean> {
    if (this.active) {
      this.active = false;
      this.#tell({ id: "3", event: "call.hangup", data: { reason: "load test over" } });
      this.#tell({ id: "4", method: "session.terminate", params: { reason: "load test over" } });
      this.#socket.setTimeout(patienceMs, () => this.#socket.destroy());
    }
    return this.ended;
  }

  #read(bytes: Buffer): void {
    if (this.#answer === undefined) {
      this.#reader.push(bytes);
      return;
    }
    this.#answer += bytes.toString("latin1");
    const end = this.#answer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const rest = Buffer.from(this.#answer.slice(end + 4), "latin1");
    if (!this.#answer.startsWith("HTTP/1.1 101 ")) {
      this.#fail(Object.assign(new Error(this.#answer.slice(0, end)), { code: "refused" }));
      this.#socket.destroy();
      return;
    }
    this.#answer = undefined;
    const call = { id: this.#id, session_id: this.#id, from: "load", to: "test" };
    const params = { application: { id: "echo" }, call, audio_codec_offerings: [codec], metadata: null };
    this.#tell({ id: "1", method: "session.initialize", params });
    if (rest.length > 0) this.#reader.push(rest);
  }

  #message(text: string): void {
    const { response, error } = JSON.parse(text) as { response?: string; error?: unknown };
    if (response !== "1") return;
    if (error) {
      this.#socket.destroy();
      return;
    }
    this.#tell({ id: "2", event: "session.updated", data: { audio_codec: codec } });
    this.active = true;
    this.#activate();
  }

  /** Frames come back whole and in their order: what is not the next one, or one behind it, is not ours. */
  #sound(payload: Buffer): void {
    const now = performance.now();
    this.receivedBytes += payload.length;
    const ours = payload.length === frameBytes && payload.readInt32LE(0) === mark;
    const number = ours ? payload.readInt32LE(4) : -1;
    if (number < this.#expected || number >= this.#number) {
      this.#listener.foreign(payload.length);
      return;
    }
    this.#expected = number + 1;
    this.#listener.echoed(payload.readDoubleLE(8), payload.readDoubleLE(16), now);
  }

  #tell(message: object): void {
    this.#send(opcodes.text, Buffer.from(JSON.stringify({ version: "1", ...message })));
  }

  #send(opcode: number, payload: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(encodeFrame(opcode, payload, this.#maskKey));
  }
}

/** A frame that whoever decodes it hears, and no run of zeros. */
function quietNoise(): Uint8Array {
  const sound = Buffer.alloc(frameBytes);
  for (let i = 0; i < frameBytes; i++) sound[i] = i % 2 ? 0 : (i * 37) & 0x7f;
  sound.writeInt32LE(mark, 0);
  return sound;
}

function wordsOf(frame: Buffer): Int32Array {
  // Of a pooled buffer the offset is a multiple of eight.
  return new Int32Array(frame.buffer, frame.byteOffset + headBytes, frameBytes / 4);
}
