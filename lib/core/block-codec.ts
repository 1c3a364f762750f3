import { type AudioFormat, codecId, formatUnit } from "./audio-format.ts";
import type { Signals } from "./signals.ts";

/** A codec alone: 16-bit samples to bytes and back, in blocks of any length. G.722 remembers: one
 * codec is one stream. One thread; has a Signals to itself or shares it with other tools. Throws `core-format`, `core-busy`. */
export class BlockCodec {
  readonly format: AudioFormat;
  readonly #signals: Signals;
  readonly #unit: { readonly bytes: number; readonly samples: number };

  constructor(signals: Signals, format: AudioFormat) {
    this.#unit = formatUnit(signals.exports, format);
    signals.claim("block codec");
    this.#signals = signals;
    this.format = format;
    signals.exports.codecReset(codecId(format.codec));
  }

  /** Encodes whole units: G.722 leaves an odd last sample out. */
  encode(samples: Int16Array): Uint8Array<ArrayBuffer> {
    const { inputBytes, outputBytes, exports } = this.#signals;
    const { codec, sampleRate } = this.format;
    const out = new Uint8Array(Math.floor(samples.length / this.#unit.samples) * this.#unit.bytes);
    const block = inputBytes.length / 2;
    const input = new Int16Array(inputBytes.buffer, inputBytes.byteOffset, block);
    for (let at = 0, written = 0; at < samples.length; at += block) {
      const part = samples.subarray(at, at + block);
      input.set(part);
      const bytes = exports.blockEncode(codecId(codec), sampleRate, part.length);
      out.set(outputBytes.subarray(0, bytes), written);
      written += bytes;
    }
    return out;
  }

  /** Decodes whole units: L16 leaves an odd last byte out. */
  decode(bytes: Uint8Array): Int16Array<ArrayBuffer> {
    const { inputBytes, outputBytes, exports } = this.#signals;
    const { codec, sampleRate } = this.format;
    const out = new Int16Array(Math.floor(bytes.length / this.#unit.bytes) * this.#unit.samples);
    const output = new Int16Array(outputBytes.buffer, outputBytes.byteOffset, outputBytes.length / 2);
    const block = outputBytes.length / 4;
    for (let at = 0, written = 0; at < bytes.length; at += block) {
      const part = bytes.subarray(at, at + block);
      inputBytes.set(part);
      const samples = exports.blockDecode(codecId(codec), sampleRate, part.length) / 2;
      out.set(output.subarray(0, samples), written);
      written += samples;
    }
    return out;
  }
}
