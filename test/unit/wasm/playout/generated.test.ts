import { describe, expect, test } from "vitest";
import { makeTrace } from "../../../bench/jitter/definitions.ts";
import { EnginePlayer } from "../../../bench/jitter/engine-player.ts";
import { playTrace } from "../../../bench/jitter/player.ts";
import { scoreTrace } from "../../../bench/jitter/score.ts";
import { makeSpeech } from "../../../bench/jitter/speech.ts";
import { compileEntry } from "../compile.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("engine");

const speech = makeSpeech(2, 60);

describe("generated speech that arrives faster than real time", () => {
  test.each(["tts1.2", "tts2", "tts4", "tts50", "ttq4", "rtptts4"])(
    "%s: every sample is played once, unchanged",
    async (kind) => {
      const trace = makeTrace(kind, 7);
      trace.rows = trace.rows.filter((row) => row.arrivalMs < 40000);
      trace.seconds = 40;
      const heard: number[] = [];
      const player = new EnginePlayer(trace, {
        instance: await compileEntry("engine"),
        deviceRate: 16000,
        speech,
        hear: (samples) => heard.push(...samples),
      });
      const ticks = playTrace(trace, player);
      const counters = player.counters();
      const score = scoreTrace(trace, ticks, counters);
      expect(score).toMatchObject({ lostSamples: 0, stretchedMs: 0, concealedMs: 0, gaps: 0 });
      expect(score.worstFirstAudioMs).toBeLessThanOrEqual(80);
      expect(counters).toMatchObject({ dropped: 0, flushed: 0, concealed: 0, held: 0 });
      // Utterances are found one after another in what was heard, sample by sample, but for the last 5 ms, which may fade.
      let from = 0;
      let position = 0;
      const lengths = new Map<number, number>();
      trace.rows.forEach((row, i) => {
        const number = trace.utterance?.[i] ?? -1;
        lengths.set(number, (lengths.get(number) ?? 0) + row.samples);
      });
      for (const length of lengths.values()) {
        const loud = length - 3 * 320 - 80; // the last rows of an utterance are quiet
        const expected = Array.from({ length: loud }, (_, i) =>
          Math.round(speech[(position + i) % speech.length] ?? 0),
        );
        const found = findRun(heard, expected, from);
        expect(found, `utterance at sample ${position}`).toBeGreaterThanOrEqual(0);
        from = found + loud;
        position += length;
      }
    },
  );

  test("chunks of up to a second: nothing is lost or stretched, and no gap is longer than it must be", async () => {
    for (const kind of ["chunk2", "chunk50"]) {
      const trace = makeTrace(kind, 8);
      const player = new EnginePlayer(trace, { instance: await compileEntry("engine"), deviceRate: 16000, speech });
      const score = scoreTrace(trace, playTrace(trace, player), player.counters());
      expect(score).toMatchObject({ lostSamples: 0, stretchedMs: 0 });
      expect((score.gapMs ?? 0) - (score.unavoidableGapMs ?? 0)).toBeLessThanOrEqual(80 * (score.gaps ?? 0));
    }
  });
});

/** Where `run` begins in `heard`, at or after `from`; −1 when it is not there. */
function findRun(heard: readonly number[], run: readonly number[], from: number): number {
  for (let at = from; at + run.length <= heard.length; at++) {
    let same = 0;
    while (same < run.length && Math.round((heard[at + same] ?? 0) * 32768) === run[same]) same++;
    if (same === run.length) return at;
  }
  return -1;
}
