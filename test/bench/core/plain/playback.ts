import { PlainResampler } from "./resampler.ts";

/** What most pages do: decode to floats, queue, resample. No jitter law, no concealment, no drift correction. */
export class PlainPlayer {
  readonly #resampler: PlainResampler;
  readonly #decode: (bytes: Uint8Array) => Int16Array;
  readonly #ready = new Float32Array(9600);
  #held = 0;

  constructor(decode: (bytes: Uint8Array) => Int16Array, from: number, to: number) {
    this.#decode = decode;
    this.#resampler = new PlainResampler(from, to, 40);
  }

  push(bytes: Uint8Array): void {
    const samples = this.#decode(bytes);
    const floats = Float32Array.from(samples, (value) => value / 32768);
    this.#held += this.#resampler.process(floats, this.#ready.subarray(this.#held));
  }

  pull(out: Float32Array): void {
    const count = Math.min(out.length, this.#held);
    out.set(this.#ready.subarray(0, count));
    out.fill(0, count);
    this.#ready.copyWithin(0, count, this.#held);
    this.#held -= count;
  }
}

/** Resample, round, pack. */
export class PlainRecorder {
  readonly #resampler: PlainResampler;
  readonly #floats: Float32Array;

  constructor(from: number, to: number) {
    this.#resampler = new PlainResampler(from, to, 40);
    this.#floats = new Float32Array(to / 10);
  }

  push(samples: Float32Array): Uint8Array {
    const count = this.#resampler.process(samples, this.#floats);
    const bytes = new Uint8Array(count * 2);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < count; at++) {
      view.setInt16(at * 2, Math.max(-32768, Math.min(32767, Math.round(this.#floats[at]! * 32768))), true);
    }
    return bytes;
  }
}
