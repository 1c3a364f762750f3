/** Seeded frames that no peer should send, and some that it should: what a session must survive. */
export type HostileFrame = { readonly text: string } | { readonly rawText: Buffer } | { readonly binary: Buffer };

/** Marsaglia's xorshift32. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const names = [
  "session.initialize",
  "session.terminate",
  "session.updated",
  "session.set",
  "session.get",
  "call.hangup",
  "application.move",
  "audio.buffer.clear",
  "recording.start",
  "recording.stop",
  "ping",
  "dtmf",
  "audio.info",
  "audio.speech.started",
  "input.transcript",
  "output.transcript.done",
  "transport.webrtc.offer",
  "__proto__",
  "constructor",
  "toString",
  "",
  "no.such.thing",
] as const;
const keys = [
  "version",
  "id",
  "method",
  "params",
  "event",
  "data",
  "response",
  "result",
  "error",
  "__proto__",
] as const;
const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };

/** Session.initialize and the rest as they should be: the soil for what is made of them. */
const honest = (id: string, pick: (below: number) => number): Record<string, unknown> => {
  const bodies: Record<string, unknown>[] = [
    {
      method: "session.initialize",
      params: {
        application: { id: "a" },
        call: { id: "c", session_id: "s", from: "", to: "" },
        audio_codec_offerings: [codec],
        metadata: null,
      },
    },
    { event: "session.updated", data: { audio_codec: codec } },
    { event: "dtmf", data: { seq: 0, pressed_at: 1, released_at: 2, digit: "1" } },
    { method: "ping", params: { t0: 1 } },
    { response: id, result: {} },
    { response: id, error: { code: 500, message: "no" } },
    { event: names[pick(names.length)], data: {} },
    { method: names[pick(names.length)], params: { reason: "x", keys: ["a"], data: { a: 1 }, id: "1" } },
  ];
  return { version: "1", id, ...bodies[pick(bodies.length)] };
};

export class HostileFrames {
  readonly #pick: (below: number) => number;

  constructor(seed: number) {
    this.#pick = randomFrom(seed);
  }

  next(): HostileFrame {
    const pick = this.#pick;
    const id = `${pick(4) === 0 ? pick(3) : pick(1_000_000)}`; // now and then one that was used before
    const text = JSON.stringify(honest(id, pick));
    switch (pick(14)) {
      case 0:
        return { text: text.slice(0, pick(text.length)) };
      case 1:
        return { text: JSON.stringify({ ...honest(id, pick), [keys[pick(keys.length)]!]: this.#value(3) }) };
      case 2: {
        const depth = 1 + pick(3000);
        const [open, close] = pick(2) ? ["[", "]"] : ['{"a":', "}"];
        return {
          text: `{"version":"1","id":"1","method":"session.set","params":${open.repeat(depth)}1${close.repeat(depth)}}`,
        };
      }
      case 3:
        return {
          text: text.replace(/\d+/g, () => ["1e999", "-0", "9007199254740993", "1e-400", "00", "NaN"][pick(6)]!),
        };
      case 4:
        return { text: text.replace(/[a-z]/, "\u0000") };
      case 5:
        return { text: text.replace(/[a-z]/, ["\\ud800", "\\udfff\\ud800", "\\u0000", "\\uffff"][pick(4)]!) };
      case 6: {
        if (pick(60) > 0) return { text }; // it ends the connection: once in a while
        const bytes = Buffer.from(text);
        bytes[pick(bytes.length)] = 128 + pick(128); // no UTF-8 any more
        return { rawText: bytes };
      }
      case 7:
        return { binary: Buffer.alloc(pick(2000), pick(256)) };
      case 8:
        return { binary: Buffer.alloc(pick(3)) };
      case 9:
        return { text: JSON.stringify(this.#value(4)) };
      case 10: {
        const characters = Array.from(text);
        for (let i = 0; i < 3; i++) characters[pick(characters.length)] = String.fromCharCode(32 + pick(95));
        return { text: characters.join("") };
      }
      case 11:
        return { text: text + text };
      case 12:
        return pick(50) === 0 ? { text: `"${"x".repeat(100_000)}"` } : { text: "" };
      default:
        return pick(20) > 0 && /terminate|hangup|move/.test(text) ? { text: "{}" } : { text };
    }
  }

  /** JSON of any kind. */
  #value(depth: number): unknown {
    const pick = this.#pick;
    const leaves = [null, true, 0, -1, 1.5, 1e21, "", "\ud800", "x".repeat(pick(300)), codec.id];
    if (depth === 0 || pick(3) === 0) return leaves[pick(leaves.length)];
    if (pick(2)) return Array.from({ length: pick(4) }, () => this.#value(depth - 1));
    const words = [...keys, ...names, "audio_codec", "call", "audio_codec_offerings", "seq"];
    return Object.fromEntries(
      Array.from({ length: pick(5) }, () => [words[pick(words.length)], this.#value(depth - 1)]),
    );
  }
}
