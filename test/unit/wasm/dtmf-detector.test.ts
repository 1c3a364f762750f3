import { beforeAll, describe, expect, it } from "vitest";
import { compileEntry } from "./compile.ts";
import { seededGaussian, seededRandom } from "./support/random.ts";
import { makeSpeech } from "./support/speech.ts";

interface Detector {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  dtmfDetectorOpen(sampleRate: number): void;
  dtmfDetectorRun(source: number, samples: number): number;
  dtmfDetectorCode(index: number): number;
  dtmfDetectorAt(index: number): number;
  dtmfDetectorDown(): number;
}

let detector: Detector;
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const digits = "123A456B789C*0#D";

/** The amplitude of a sine of this level: full scale is +3.14 dBm0 (ITU-T G.711). */
const amplitudeOf = (dbm0: number) => 32768 * 10 ** ((dbm0 - 3.14) / 20);

interface Press {
  readonly digit: string;
  readonly onMs?: number;
  readonly offMs?: number;
  /** Level of the louder tone. */
  readonly levelDbm0?: number;
  /** Column over row. */
  readonly twistDb?: number;
  readonly rowOffset?: number;
  readonly columnOffset?: number;
  readonly noiseDb?: number;
}

const round = (value: number) => Math.max(-32768, Math.min(32767, Math.round(value)));

/** A digit pressed three times, as int16 would carry it, beginning anywhere in a hop of the detector. */
function press(options: Press, sampleRate: number, seed: number): Float32Array {
  const { digit, onMs = 40, offMs = 40, levelDbm0 = -10, twistDb = 0, rowOffset = 0, columnOffset = 0 } = options;
  const random = seededRandom(seed);
  const gaussian = seededGaussian(seed);
  const index = digits.indexOf(digit);
  const rowStep = (2 * Math.PI * (rows[index >> 2] ?? 0) * (1 + rowOffset)) / sampleRate;
  const columnStep = (2 * Math.PI * (columns[index & 3] ?? 0) * (1 + columnOffset)) / sampleRate;
  const rowPeak = amplitudeOf(levelDbm0 - Math.max(0, twistDb));
  const columnPeak = amplitudeOf(levelDbm0 + Math.min(0, twistDb));
  const noise =
    options.noiseDb === undefined ? 0 : Math.hypot(rowPeak, columnPeak) * Math.SQRT1_2 * 10 ** (-options.noiseDb / 20);
  const on = Math.round((onMs * sampleRate) / 1000);
  const period = on + Math.round((offMs * sampleRate) / 1000);
  const lead = Math.floor(sampleRate * (0.02 + random() * 0.005));
  const rowPhase = random() * 7;
  const columnPhase = random() * 7;
  const samples = new Float32Array(lead + period * 3 + sampleRate / 20);
  for (let since = 0; since < period * 3; since += period) {
    addSine(samples.subarray(lead + since, lead + since + on), rowPeak, rowStep, rowStep * since + rowPhase);
    addSine(
      samples.subarray(lead + since, lead + since + on),
      columnPeak,
      columnStep,
      columnStep * since + columnPhase,
    );
  }
  for (let at = 0; at < samples.length; at++)
    samples[at] = round(noise === 0 ? samples[at]! : samples[at]! + noise * gaussian());
  return samples;
}

/** By the recurrence of a sine: this is asked for some ten million samples. */
function addSine(target: Float32Array, peak: number, step: number, phase: number): void {
  const turn = 2 * Math.cos(step);
  let before = peak * Math.sin(phase - step);
  let now = peak * Math.sin(phase);
  for (let at = 0; at < target.length; at++) {
    target[at] = target[at]! + now;
    const next = turn * now - before;
    before = now;
    now = next;
  }
}

interface Event {
  readonly digit: string;
  readonly begins: boolean;
  readonly atMs: number;
}

function detect(samples: Float32Array | Int16Array, sampleRate: number, chunkSamples = sampleRate / 50): Event[] {
  detector.dtmfDetectorOpen(sampleRate);
  const found: Event[] = [];
  for (let at = 0; at < samples.length; at += chunkSamples) {
    const chunk = samples.subarray(at, at + chunkSamples);
    new Float32Array(detector.memory.buffer, detector.scratchPtr(), chunk.length).set(chunk);
    const count = detector.dtmfDetectorRun(detector.scratchPtr(), chunk.length);
    for (let index = 0; index < count; index++) {
      const code = detector.dtmfDetectorCode(index);
      const atMs = (detector.dtmfDetectorAt(index) / sampleRate) * 1000;
      found.push({ digit: String.fromCharCode(Math.abs(code)), begins: code > 0, atMs });
    }
  }
  return found;
}

const pressed = (events: readonly Event[]) =>
  events
    .filter((event) => event.begins)
    .map((event) => event.digit)
    .join("");

describe("the DTMF detector", () => {
  beforeAll(async () => {
    detector = (await compileEntry("dtmf-detector")).exports as unknown as Detector;
  });

  describe.each([8000, 16000, 24000, 48000])("at %i Hz", (sampleRate) => {
    it.each([...digits])(
      "detects %s of 40 ms, 40 ms apart, at -3 to -25 dBm0, off by 1.5 %, with 6 dB twist",
      (digit) => {
        let seed = digit.charCodeAt(0);
        for (const levelDbm0 of [-3, -14, -25]) {
          for (const twistDb of [-6, 0, 6]) {
            for (const rowOffset of [-0.015, 0, 0.015]) {
              for (const columnOffset of [-0.015, 0, 0.015]) {
                const samples = press({ digit, levelDbm0, twistDb, rowOffset, columnOffset }, sampleRate, seed++);
                expect(pressed(detect(samples, sampleRate))).toBe(digit.repeat(3));
              }
            }
          }
        }
      },
    );

    it("detects every digit in noise 15 dB below it", () => {
      [...digits].forEach((digit, index) => {
        for (let seed = 0; seed < 4; seed++) {
          const samples = press({ digit, noiseDb: 15, twistDb: seed * 2 - 3 }, sampleRate, seed * 16 + index);
          expect(pressed(detect(samples, sampleRate))).toBe(digit.repeat(3));
        }
      });
    });
  });

  it("refuses tones that are 3.5 % and more off their frequency", () => {
    for (const digit of digits) {
      for (const offset of [-0.05, -0.035, 0.035, 0.05]) {
        for (let seed = 0; seed < 3; seed++) {
          expect(pressed(detect(press({ digit, rowOffset: offset, onMs: 100 }, 8000, seed), 8000))).toBe("");
          expect(pressed(detect(press({ digit, columnOffset: offset, onMs: 100 }, 8000, seed), 8000))).toBe("");
        }
      }
    }
  });

  it("refuses bursts of 20 ms, a twist of 12 dB, and a tone alone", () => {
    for (const digit of digits) {
      expect(pressed(detect(press({ digit, onMs: 20 }, 8000, 3), 8000))).toBe("");
      expect(pressed(detect(press({ digit, twistDb: 12 }, 8000, 4), 8000))).toBe("");
      expect(pressed(detect(press({ digit, twistDb: -12 }, 8000, 5), 8000))).toBe("");
      expect(pressed(detect(press({ digit, twistDb: 90 }, 8000, 6), 8000))).toBe("");
    }
  });

  it("takes a tone with gaps of 10 ms for one press", () => {
    for (const digit of digits) {
      expect(pressed(detect(press({ digit, onMs: 60, offMs: 10 }, 8000, 7), 8000))).toBe(digit);
    }
  });

  it("says when a digit begins and ends, to about 5 ms, and which is down in between", () => {
    const samples = new Float32Array(16000);
    samples.set(press({ digit: "7", onMs: 200, offMs: 200 }, 8000, 11).subarray(0, 4000), 4000);
    const begin = samples.findIndex((value) => value !== 0) / 8;
    const events = detect(samples, 8000, 80);
    expect(events.map((event) => `${event.digit}${event.begins ? "+" : "-"}`).join(" ")).toBe("7+ 7- 7+ 7-");
    expect(Math.abs((events[0]?.atMs ?? 0) - begin)).toBeLessThanOrEqual(6);
    expect(Math.abs((events[1]?.atMs ?? 0) - begin - 200)).toBeLessThanOrEqual(6);
    detect(samples.subarray(0, 5200), 8000);
    expect(detector.dtmfDetectorDown()).toBe("7".charCodeAt(0));
    detect(samples, 8000);
    expect(detector.dtmfDetectorDown()).toBe(0);
  });

  it("follows digits that touch", () => {
    const one = press({ digit: "1", onMs: 80, offMs: 0 }, 8000, 12);
    const both = new Float32Array(one.length);
    both.set(one.subarray(0, 800));
    both.set(press({ digit: "9", onMs: 80, offMs: 0 }, 8000, 13).subarray(200, 1000), 800);
    expect(pressed(detect(both, 8000))).toBe("19");
  });

  it("finds the same events whatever the pieces it is fed", () => {
    const samples = press({ digit: "5", noiseDb: 20 }, 16000, 14);
    const whole = detect(samples, 16000, 16000);
    for (const chunk of [1, 37, 128, 320]) expect(detect(samples, 16000, chunk)).toEqual(whole);
  });

  it("survives NaN and infinity", () => {
    const rude = new Float32Array(800).fill(Number.NaN).fill(Infinity, 300, 400).fill(3e38, 500, 600);
    const samples = press({ digit: "0" }, 8000, 15);
    const both = new Float32Array(800 + samples.length);
    both.set(rude);
    both.set(samples, 800);
    expect(pressed(detect(both, 8000))).toBe("000");
  });

  it.each([
    [8000, process.env["TEST_LONG"] ? 1800 : 120],
    [16000, 60],
  ])(
    "detects nothing in speech at %i Hz, %i seconds in many voices and languages, nor where it is faint or clipped",
    async (rate, seconds) => {
      const speech = await makeSpeech({ seconds, sampleRate: rate, seed: 100 });
      expect(speech.length).toBe(seconds * rate);
      expect(pressed(detect(speech, rate, 4000))).toBe("");
      const part = speech.subarray(0, Math.min(seconds, 300) * rate);
      const faint = Float32Array.from(part, (value) => value * 0.25);
      const clipped = Float32Array.from(part, (value) => round(value * 2.5));
      expect(pressed(detect(faint, rate, 4000))).toBe("");
      expect(pressed(detect(clipped, rate, 4000))).toBe("");
    },
    180_000,
  );

  it("finds every digit that is pressed over silence between words of speech", async () => {
    const speech = await makeSpeech({ seconds: 60, sampleRate: 8000, seed: 100 });
    const samples = Float32Array.from(speech);
    let expected = "";
    for (let index = 0; index < 16; index++) {
      const digit = digits[index] ?? "";
      const tone = press({ digit, levelDbm0: -12, onMs: 60 }, 8000, index);
      samples.set(tone, 20000 + index * 28000);
      expected += digit.repeat(3);
    }
    expect(pressed(detect(samples, 8000))).toBe(expected);
  });
});
