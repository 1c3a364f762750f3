import { expect, test } from "vitest";
import { makeTrace } from "../../../bench/jitter/definitions.ts";
import { Random } from "../../../bench/jitter/random.ts";
import { makeSpeech } from "../../../bench/jitter/speech.ts";
import { compileEntry } from "../compile.ts";
import { EngineRig } from "./engine.ts";

// Compiled before any test: it may take longer than a test.
await compileEntry("engine");

const speech = new Uint8Array(Int16Array.from(makeSpeech(6, 60)).buffer);
const DEVICE_RATE = 48000;

/** Plays a trace and flushes it at random times; everything stops for 40 ms after each, so that only old sound could be heard. */
test.each(["wifi", "lte", "stall400", "loss10", "tts4", "chunk2", "slow0.8"])(
  "%s: flushed at any time it is silent within 3 ms, and the counts are exact",
  async (kind) => {
    const trace = makeTrace(kind, 9);
    const random = new Random(`flush/${kind}`);
    const rig = new EngineRig(await compileEntry("engine"), "L16", 16000, DEVICE_RATE);
    const states = new Set<string>();
    let next = 0;
    let at = 0;
    let flushes = 0;
    for (let flushMs = 400; rig.nowMs < 80000; ) {
      for (let row = trace.rows[next]; row && row.arrivalMs <= rig.nowMs; row = trace.rows[++next]) {
        for (let done = 0; done < row.samples; done += 8000) {
          const samples = Math.min(8000, row.samples - done);
          const from = (2 * at) % (speech.length - 16000);
          const part = speech.subarray(from, from + 2 * samples);
          if (trace.rtp) rig.pushRtp(part, row.sequence, row.timestamp + done, row.arrivalMs);
          else rig.push(part, row.arrivalMs);
          at += samples;
        }
      }
      rig.quantum();
      if (rig.nowMs < flushMs) continue;
      flushMs = rig.nowMs + random.between(60, 1500);
      flushes++;
      states.add(String.fromCharCode(rig.stat("operation")));
      const before = { flushed: rig.stat("flushed"), held: rig.stat("held"), played: rig.stat("played") };
      const removed = rig.exports.playbackFlush(rig.stat("received"));
      expect(rig.stat("flushed") - before.flushed).toBe(removed);
      expect(rig.stat("held")).toBe(0);
      expect(rig.stat("played") - before.played).toBe(before.held - removed);
      // Bytes; a splice of 15 ms in what a tick rendered, or what fades.
      expect(Math.abs(rig.stat("played") - before.played)).toBeLessThanOrEqual(2 * 16 * (15 + 5 + 1));
      expect(rig.imbalance()).toBe(0);
      const tail = rig.run(40).subarray((DEVICE_RATE * 3) / 1000);
      expect(
        tail.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0),
        `after ${rig.nowMs} ms`,
      ).toBeLessThan(1e-3);
    }
    expect(flushes).toBeGreaterThan(30);
    expect(states.size).toBeGreaterThan(1);
  },
);
