import { describe, expect, it } from "vitest";
import {
  AutomaticGain,
  BlockCodec,
  CoreError,
  DtmfDetector,
  dtmfDigits,
  Mixer,
  mixerSlots,
  type Signals,
  ToneGenerator,
  VoiceActivityDetector,
} from "../../../lib/core/index.ts";
import { makeSpeech } from "../wasm/support/speech.ts";
import { freshSignals, sine } from "./core.ts";

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof CoreError ? error.code : "other";
  }
  return "none";
};

describe("VoiceActivityDetector", () => {
  it("hears the same speech in 16-bit samples and in floats, and says for how long", async () => {
    const speech = await makeSpeech({ seconds: 6, sampleRate: 16000, seed: 31 }, 6);
    const whole = new Int16Array(16000 * 8);
    whole.set(speech.subarray(0, 16000 * 4), 16000 * 2);
    const first = new VoiceActivityDetector(freshSignals(), { sampleRate: 16000 });
    const second = new VoiceActivityDetector(freshSignals(), { sampleRate: 16000 });
    const decisions: boolean[] = [];
    for (let at = 0; at < whole.length; at += 320) {
      const frame = whole.subarray(at, at + 320);
      decisions.push(first.process(frame));
      expect(second.process(Float32Array.from(frame, (value) => value / 32768))).toBe(first.active);
    }
    expect(decisions.slice(0, 100)).not.toContain(true);
    expect(decisions.slice(105, 295).filter(Boolean).length).toBeGreaterThan(150);
    expect(first.active).toBe(false);
    const stopped = decisions.lastIndexOf(true) + 1;
    expect(first.stateMs).toBeCloseTo(8000 - stopped * 20 - 20, 0);
  });

  it("takes more than one block at a time", () => {
    const detector = new VoiceActivityDetector(freshSignals(), { sampleRate: 8000 });
    const quietThenLoud = new Float32Array(24000);
    quietThenLoud.set(sine(500, 8000, 1, 0.2), 16000);
    expect(detector.process(quietThenLoud)).toBe(true);
    detector.reset();
    expect(detector.active).toBe(false);
  });
});

describe("DtmfDetector", () => {
  it.each([8000, 16000, 48000])("hears at %i Hz every digit the tone generator makes", (sampleRate) => {
    const generator = new ToneGenerator(freshSignals(), { sampleRate });
    const detector = new DtmfDetector(freshSignals(), { sampleRate });
    let heard = "";
    const frame = new Float32Array(sampleRate / 50);
    for (const digit of dtmfDigits) {
      generator.start(digit, { durationMs: 60, levelDbm0: -13 });
      for (let count = 0; count < 8; count++) {
        generator.pull(frame);
        for (const event of detector.process(frame)) heard += event.type === "down" ? event.digit : "";
        if (count === 2) expect(detector.down).toBe(digit);
      }
      expect(detector.down).toBeUndefined();
    }
    expect(heard).toBe(dtmfDigits);
  });

  it("reports both ends of a digit with their times, also out of one long block", () => {
    const generator = new ToneGenerator(freshSignals(), { sampleRate: 8000 });
    generator.start("#", { durationMs: 200 });
    const samples = new Float32Array(16000);
    generator.pull(samples.subarray(4000));
    const events = new DtmfDetector(freshSignals(), { sampleRate: 8000 }).process(samples);
    expect(events.map(({ type, digit }) => `${digit} ${type}`)).toEqual(["# down", "# up"]);
    expect(Math.abs((events[0]?.atMs ?? 0) - 500)).toBeLessThanOrEqual(10);
    expect(Math.abs((events[1]?.atMs ?? 0) - 700)).toBeLessThanOrEqual(10);
  });
});

describe("AutomaticGain", () => {
  it("raises quiet 16-bit speech towards its target and tells the gain", () => {
    const gain = new AutomaticGain(freshSignals(), { sampleRate: 16000, targetDbfs: -20, maxGainDb: 12 });
    const tone = Int16Array.from(sine(400, 16000, 0.02), (value) => value * 0.05 * 32768);
    let frame = tone.slice();
    for (let count = 0; count < 200; count++) {
      frame = tone.slice();
      gain.process(frame, true);
    }
    expect(gain.gainDb).toBeCloseTo(12, 1);
    expect(Math.max(...frame) / Math.max(...tone)).toBeCloseTo(10 ** (12 / 20), 1);
  });

  it("keeps floats within full scale and refuses frames it cannot take", () => {
    const gain = new AutomaticGain(freshSignals(), { sampleRate: 48000 });
    const frame = new Float32Array(480).fill(3);
    gain.process(frame, false);
    expect(frame.every((value) => value <= 1)).toBe(true);
    expect(codeOf(() => gain.process(new Float32Array(441), false))).toBe("core-format");
  });
});

describe("Mixer", () => {
  it("lets three people hear the two others, in either sample type", () => {
    const mixer = new Mixer(freshSignals(), { sampleRate: 16000, frameSamples: 320 });
    const slots = [mixer.join(), mixer.join(), mixer.join()];
    expect(slots).toEqual([0, 1, 2]);
    mixer.write(0, new Int16Array(320).fill(1000));
    mixer.write(1, new Float32Array(320).fill(2000 / 32768));
    mixer.mix();
    const heard = slots.map((slot) => {
      const out = new Int16Array(320);
      mixer.read(slot, out);
      return out[319];
    });
    expect(heard).toEqual([2000, 1000, 3000]);
    expect(mixer.level(1)).toBeCloseTo(2000 / 32768, 5);
    const floats = new Float32Array(320);
    mixer.read(2, floats);
    expect(floats[0]).toBeCloseTo(3000 / 32768, 6);
  });

  it("forgets who wrote once mixed, and who left", () => {
    const mixer = new Mixer(freshSignals(), { sampleRate: 8000, frameSamples: 80 });
    const [first, second] = [mixer.join(), mixer.join()];
    const out = new Int16Array(80);
    mixer.write(first, new Int16Array(80).fill(500));
    mixer.mix();
    mixer.mix();
    mixer.read(second, out);
    expect(out[0]).toBe(0);
    mixer.write(first, new Int16Array(80).fill(500));
    mixer.leave(first);
    mixer.mix();
    mixer.read(second, out);
    expect(out[0]).toBe(0);
    expect(codeOf(() => mixer.write(first, out))).toBe("core-format");
    expect(mixer.join()).toBe(first);
  });

  it("seats 32 and no more", () => {
    const mixer = new Mixer(freshSignals(), { sampleRate: 8000, frameSamples: 80 });
    const seats = Array.from({ length: mixerSlots }, () => mixer.join());
    expect(new Set(seats).size).toBe(32);
    expect(mixer.join()).toBe(-1);
    mixer.leave(31);
    expect(mixer.join()).toBe(31);
  });

  it("fills a short frame up with silence", () => {
    const mixer = new Mixer(freshSignals(), { sampleRate: 8000, frameSamples: 80 });
    const [first, second] = [mixer.join(), mixer.join()];
    mixer.write(first, new Int16Array(80).fill(700));
    mixer.mix();
    mixer.write(first, new Int16Array(40).fill(700));
    mixer.mix();
    const out = new Int16Array(80);
    mixer.read(second, out);
    expect([out[39], out[40], out[79]]).toEqual([700, 0, 0]);
  });
});

describe("signal tools in one instance", () => {
  it("live beside one another, each once", () => {
    const signals = freshSignals();
    new VoiceActivityDetector(signals, { sampleRate: 8000 });
    new DtmfDetector(signals, { sampleRate: 8000 });
    new AutomaticGain(signals, { sampleRate: 8000 });
    new Mixer(signals, { sampleRate: 8000, frameSamples: 80 });
    new ToneGenerator(signals, { sampleRate: 8000 });
    new BlockCodec(signals, { codec: "PCMU", sampleRate: 8000 });
    expect(codeOf(() => new VoiceActivityDetector(signals, { sampleRate: 8000 }))).toBe("core-busy");
    expect(codeOf(() => new ToneGenerator(signals, { sampleRate: 8000 }))).toBe("core-busy");
    expect(codeOf(() => new BlockCodec(signals, { codec: "G722", sampleRate: 16000 }))).toBe("core-busy");
    expect(codeOf(() => new Mixer(signals, { sampleRate: 8000, frameSamples: 80 }))).toBe("core-busy");
  });

  it("do not hear one another", () => {
    const format = { codec: "G722", sampleRate: 16000 } as const;
    const run = (signalsOf: () => Signals) => {
      const generator = new ToneGenerator(signalsOf(), { sampleRate: 16000 });
      const codec = new BlockCodec(signalsOf(), format);
      const gain = new AutomaticGain(signalsOf(), { sampleRate: 16000 });
      const activity = new VoiceActivityDetector(signalsOf(), { sampleRate: 16000 });
      const detector = new DtmfDetector(signalsOf(), { sampleRate: 16000 });
      const results: unknown[] = [];
      generator.start("7", { durationMs: 300 });
      for (let turn = 0; turn < 25; turn++) {
        const frame = new Float32Array(320);
        generator.pull(frame);
        const speech = activity.process(frame);
        gain.process(frame, speech);
        const coded = codec.encode(Int16Array.from(frame, (value) => value * 30000));
        results.push(speech, coded, codec.decode(coded), ...detector.process(frame));
      }
      return results;
    };
    const shared = freshSignals();
    expect(run(() => shared)).toEqual(run(freshSignals));
  });

  it("refuse rates and frames they cannot work with", () => {
    expect(codeOf(() => new DtmfDetector(freshSignals(), { sampleRate: 4000 }))).toBe("core-format");
    expect(codeOf(() => new VoiceActivityDetector(freshSignals(), { sampleRate: 384_000 }))).toBe("core-format");
    expect(codeOf(() => new Mixer(freshSignals(), { sampleRate: 48000, frameSamples: 1920 }))).toBe("core-format");
  });
});
