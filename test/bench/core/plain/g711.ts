/** G.711 as JavaScript usually does it: one table to decode, one of 65,536 to encode. */
export class PlainG711 {
  readonly #decoded: Int16Array;
  readonly #encoded = new Uint8Array(65536);

  /** The two tables, made by anything that knows the law. */
  constructor(decoded: Int16Array, encode: (samples: Int16Array) => Uint8Array) {
    this.#decoded = decoded;
    const all = Int16Array.from({ length: 65536 }, (_, index) => index - 32768);
    this.#encoded.set(encode(all));
  }

  decode(bytes: Uint8Array, out: Int16Array): void {
    const table = this.#decoded;
    for (let at = 0; at < bytes.length; at++) out[at] = table[bytes[at]!]!;
  }

  encode(samples: Int16Array, out: Uint8Array): void {
    const table = this.#encoded;
    for (let at = 0; at < samples.length; at++) out[at] = table[samples[at]! + 32768]!;
  }
}
