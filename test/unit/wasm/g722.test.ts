import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileEntry } from "./compile.ts";
import { seededGaussian, seededRandom } from "./support/random.ts";
import { makeSpeech, runFfmpeg } from "./support/speech.ts";

interface G722 {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  g722Reset(): void;
  g722ResetEncoder(): void;
  g722ResetDecoder(): void;
  g722Encode(source: number, samples: number, target: number): number;
  g722Decode(source: number, octets: number, target: number): number;
}

const scratchBytes = 1 << 20;
let codec: G722;

const bytesOf = (samples: Int16Array) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
const scratch = () => new Uint8Array(codec.memory.buffer, codec.scratchPtr(), scratchBytes);

function encode(samples: Int16Array, chunkSamples = 320): Buffer {
  const coded = Buffer.alloc(samples.length >> 1);
  const target = codec.scratchPtr() + chunkSamples * 2;
  let written = 0;
  for (let at = 0; at < samples.length; at += chunkSamples) {
    const chunk = samples.subarray(at, at + chunkSamples);
    scratch().set(bytesOf(chunk));
    const octets = codec.g722Encode(codec.scratchPtr(), chunk.length, target);
    expect(octets).toBe(chunk.length >> 1);
    coded.set(new Uint8Array(codec.memory.buffer, target, octets), written);
    written += octets;
  }
  return coded.subarray(0, written);
}

function decode(coded: Uint8Array, chunkOctets = 160): Buffer {
  const decoded = Buffer.alloc(coded.length * 4);
  const target = codec.scratchPtr() + 65536;
  for (let at = 0; at < coded.length; at += chunkOctets) {
    const chunk = coded.subarray(at, at + chunkOctets);
    scratch().set(chunk);
    const samples = codec.g722Decode(codec.scratchPtr(), chunk.length, target);
    expect(samples).toBe(chunk.length * 2);
    decoded.set(new Uint8Array(codec.memory.buffer, target, samples * 2), at * 4);
  }
  return decoded;
}

const sampleRate = 16000;
const ffmpegEncode = (samples: Int16Array) =>
  runFfmpeg(["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-", "-c:a", "g722", "-f", "g722"], bytesOf(samples));
const ffmpegDecode = (coded: Uint8Array) => runFfmpeg(["-f", "g722", "-i", "-", "-f", "s16le"], coded);

function fill(seconds: number, sampleAt: (index: number) => number): Int16Array {
  return new Int16Array(seconds * sampleRate).map((_, index) =>
    Math.max(-32768, Math.min(32767, Math.round(sampleAt(index)))),
  );
}

function noise(seconds: number, rms: number, seed: number): Int16Array {
  const next = seededGaussian(seed);
  return fill(seconds, () => next() * rms);
}

/** A sweep over the whole band, its level rising and falling. */
function sweep(seconds: number, peak: number): Int16Array {
  let phase = 0;
  return fill(seconds, (index) => {
    phase += (2 * Math.PI * (20 + (7960 * index) / (seconds * sampleRate))) / sampleRate;
    return peak * Math.sin(phase) * (0.55 + 0.45 * Math.sin(index / 3000));
  });
}

function fullScaleSquare(seconds: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  let sign = 1;
  return fill(seconds, () => {
    if (random() < 0.05) sign = -sign;
    return sign * 32767;
  });
}

function evenNoise(seconds: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  return fill(seconds, () => random() * 65536 - 32768);
}

/** Four times full scale, clipped. */
function clippedTone(seconds: number, hz: number): Int16Array {
  return fill(seconds, (index) => 131072 * Math.sin((2 * Math.PI * hz * index) / sampleRate));
}

/** The number of octets for which a band of the transmit QMF leaves −16384…16383. */
function overloads(samples: Int16Array): number {
  const taps = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
  let count = 0;
  for (let octet = 0; octet < samples.length >> 1; octet++) {
    let even = 0;
    let odd = 0;
    for (let tap = 0; tap < 12; tap++) {
      even += (taps[11 - tap] ?? 0) * (samples[octet * 2 - tap * 2] ?? 0);
      odd += (taps[tap] ?? 0) * (samples[octet * 2 + 1 - tap * 2] ?? 0);
    }
    if ([(even + odd) >> 14, (odd - even) >> 14].some((band) => band < -16384 || band > 16383)) count++;
  }
  return count;
}

const differs = (left: Uint8Array, right: Uint8Array) => Buffer.compare(left, right) !== 0;

describe("G.722", () => {
  beforeAll(async () => {
    codec = (await compileEntry("g722")).exports as unknown as G722;
  }, 120_000);
  beforeEach(() => codec.g722Reset());

  const material: [string, () => Int16Array | Promise<Int16Array>][] = [
    ["quiet noise", () => noise(3, 40, 1)],
    ["loud noise", () => noise(3, 3000, 2)],
    ["noise close to overload", () => noise(3, 5500, 3)],
    ["a sweep of the whole band", () => sweep(4, 20000)],
    ["a 440 Hz tone", () => fill(2, (index) => 12000 * Math.sin((2 * Math.PI * 440 * index) / sampleRate))],
    ["a 6.5 kHz tone", () => fill(2, (index) => 12000 * Math.sin((2 * Math.PI * 6500 * index) / sampleRate))],
    ["silence, then a click", () => fill(1, (index) => (index === 9000 ? 32767 : 0))],
    ["a constant", () => fill(1, () => -20000)],
    ["a full-scale square of 8 kHz", () => fill(2, (index) => (index & 1 ? -32768 : 32767))],
    ["speech", () => makeSpeech({ seconds: 20, sampleRate, seed: 722 }, 5)],
  ];
  /** Beyond ±16384, where the Recommendation limits a band before the quantizer. */
  const overloaded: [string, () => Int16Array][] = [
    ["full-scale noise", () => noise(3, 30000, 3)],
    ["even noise of full scale", () => evenNoise(3, 10)],
    ["random full-scale squares", () => fullScaleSquare(3, 4)],
    ["a full-scale square of 500 Hz", () => fill(2, (index) => (index & 16 ? -32768 : 32767))],
    ["a clipped 1 kHz tone", () => clippedTone(2, 1000)],
    ["a clipped 3.1 kHz tone", () => clippedTone(2, 3100)],
    ["a clipped 5.3 kHz tone", () => clippedTone(2, 5300)],
  ];

  it.each(overloaded)("what is called overloaded, is: %s", (_name, make) => {
    expect(overloads(make())).toBeGreaterThan(100);
  });

  it.each([...material, ...overloaded])(
    "codes %s to the octets, and these to the samples, ffmpeg makes",
    async (_name, make) => {
      const samples = await make();
      const coded = await ffmpegEncode(samples);
      expect(differs(encode(samples), coded)).toBe(false);
      expect(differs(decode(coded), await ffmpegDecode(coded))).toBe(false);
    },
  );

  it("decodes any octets, also those no encoder sends, to the samples ffmpeg makes", async () => {
    const random = seededRandom(9);
    const octets = new Uint8Array(60000).map(() => random() * 256);
    expect(differs(decode(octets), await ffmpegDecode(octets))).toBe(false);
  });

  it("gives the same result in pieces of any even length", () => {
    const samples = noise(2, 4000, 5);
    const whole = encode(samples, 32000);
    const played = decode(whole, 16000);
    for (const pairs of [1, 7, 80, 441]) {
      codec.g722Reset();
      expect(differs(encode(samples, pairs * 2), whole)).toBe(false);
      expect(differs(decode(whole, pairs), played)).toBe(false);
    }
  });

  it("keeps the two directions and their resets apart", () => {
    const samples = noise(1, 4000, 6);
    const other = encode(noise(1, 4000, 7));
    codec.g722Reset();
    const coded = encode(samples);
    codec.g722Reset();
    const played = decode(other);
    codec.g722Reset();
    const half = samples.length >> 1;
    const first = encode(samples.subarray(0, half));
    const decodedFirst = decode(other.subarray(0, half >> 1));
    codec.g722ResetDecoder();
    const second = encode(samples.subarray(half));
    expect(differs(Buffer.concat([first, second]), coded)).toBe(false);
    codec.g722ResetEncoder();
    const again = decode(other);
    expect(differs(again, played)).toBe(false);
    expect(differs(decodedFirst, played.subarray(0, decodedFirst.length))).toBe(false);
    expect(differs(encode(samples), coded)).toBe(false);
  });

  it("leaves a last odd sample to the caller", () => {
    scratch().fill(0);
    expect(codec.g722Encode(codec.scratchPtr(), 319, codec.scratchPtr() + 1000)).toBe(159);
  });

  it("writes no byte beyond its result", () => {
    const view = scratch();
    view.fill(0xa5);
    const at = codec.scratchPtr();
    codec.g722Encode(at, 320, at + 1024);
    codec.g722Decode(at + 1024, 160, at + 2048);
    const guarded = [view.subarray(640, 1024), view.subarray(1024 + 160, 2048), view.subarray(2048 + 640, 4096)];
    for (const guard of guarded) expect(guard.every((byte) => byte === 0xa5)).toBe(true);
  });

  it("carries speech with the quality of the Recommendation (about 20 dB and more over the 22-sample delay)", async () => {
    const samples = await makeSpeech({ seconds: 20, sampleRate, seed: 722 }, 5);
    const played = new Int16Array(new Uint8Array(decode(encode(samples))).buffer);
    let signal = 0;
    let error = 0;
    for (let index = 22; index < samples.length; index++) {
      const sent = samples[index - 22] ?? 0;
      signal += sent * sent;
      error += (sent - (played[index] ?? 0)) ** 2;
    }
    expect(10 * Math.log10(signal / error)).toBeGreaterThan(20);
  });
});
