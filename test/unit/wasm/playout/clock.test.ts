import { describe, expect, test } from "vitest";
import { makeSpeech } from "../../../bench/jitter/speech.ts";
import { EngineRig, engineInstance } from "./engine.ts";

// Compiled before any test: it may take longer than a test.
const instance = await engineInstance();

const RATE = 16000;
const FRAME_MS = 20;
const FRAME_BYTES = 640;
const LIVE = 1;
const GENERATED = 2;
const speech = new Uint8Array(Int16Array.from(makeSpeech(3, 60)).buffer);

/** A live sender of 20 ms frames over a quiet network; `stamp` says what the arrival clock shows at a time. */
class LiveCall {
  readonly rig: EngineRig;
  frames = 0;

  constructor(rig: EngineRig) {
    this.rig = rig;
  }

  /** Runs until `untilMs`, `clock` turning device time into what the device callback believes the time to be. */
  run(untilMs: number, clock: (ms: number) => number = (ms) => ms): void {
    for (let ms = this.rig.nowMs; ms < untilMs; ms = this.rig.nowMs) {
      this.send(ms);
      this.rig.nowMs = clock(ms);
      this.rig.quantum();
      this.rig.nowMs = ms + 128000 / this.rig.deviceRate;
    }
  }

  send(untilMs: number, stampMs?: number): void {
    for (; this.frames * FRAME_MS + 50 <= untilMs; this.frames++) {
      const at = (this.frames * FRAME_BYTES) % (speech.length - FRAME_BYTES);
      this.rig.push(speech.subarray(at, at + FRAME_BYTES), stampMs ?? this.frames * FRAME_MS + 50);
    }
  }
}

const open = async (): Promise<EngineRig> => new EngineRig(instance, "L16", RATE, 48000);

describe("the playout clock", () => {
  test("callbacks that come in clumps of 40 ms, or a clock that wobbles, are not read as jitter", async () => {
    const clocks: ((ms: number) => number)[] = [(ms) => ms, (ms) => ms - (ms % 40), (ms) => ms + 17 * Math.sin(ms / 7)];
    for (const clock of clocks) {
      const call = new LiveCall(await open());
      call.run(20000, clock);
      expect(call.rig.stat("sender")).toBe(LIVE);
      expect(call.rig.stat("targetMs")).toBeLessThanOrEqual(15);
      expect(call.rig.stat("heldMs")).toBeLessThanOrEqual(45);
      expect(call.rig.stat("concealed")).toBe(0);
    }
  });

  test("a device that runs 200 ppm fast against the network is corrected by resampling, not by stretching", async () => {
    const call = new LiveCall(await open());
    // The arrival clock seen from the device runs slow: both clocks are mapped, and the sender shows as 200 ppm slow.
    for (let ms = 0; ms < 120000; ms = call.rig.nowMs) {
      call.send(ms * (1 - 200e-6));
      call.rig.nowMs = ms * (1 - 200e-6);
      call.rig.quantum();
      call.rig.nowMs = ms + 128000 / 48000;
    }
    expect(call.rig.stat("driftPpm")).toBeCloseTo(-200, -1);
    expect(call.rig.stat("concealed")).toBeLessThan(RATE / 200); // before the drift was known
    expect(call.rig.stat("inserted")).toBeLessThan(RATE / 10);
  });

  test("a live call goes on at its newest audio after a suspended context, and does not race through what was missed", async () => {
    const call = new LiveCall(await open());
    call.run(5000);
    const before = { removed: call.rig.stat("removed"), held: call.rig.stat("heldMs") };
    call.send(15000); // ten seconds arrive while nothing is rendered
    call.rig.nowMs = 15000;
    call.run(17000);
    expect(call.rig.stat("sender")).toBe(LIVE);
    expect(call.rig.stat("heldMs")).toBeLessThan(before.held + 60);
    expect(call.rig.stat("dropped") / FRAME_BYTES).toBeGreaterThan(450);
    expect((call.rig.stat("removed") - before.removed) / 16).toBeLessThan(200);
    expect(call.rig.imbalance()).toBe(0);
  });

  test("after a sleep in which the network held everything back, the burst is not taken for generated speech", async () => {
    const call = new LiveCall(await open());
    call.run(5000);
    call.rig.nowMs = 15000;
    call.rig.quantum();
    for (let ms = 15010; ms < 15400; ms += 39) {
      call.send(5000 + (ms - 15000) * 25.6, ms); // ten seconds within 400 ms
      for (; call.rig.nowMs < ms; ) call.rig.quantum();
    }
    call.run(18000);
    expect(call.rig.stat("sender")).toBe(LIVE);
    expect(call.rig.stat("heldMs")).toBeLessThan(120);
  });

  test("generated speech loses nothing while the context is suspended", async () => {
    const rig = await open();
    rig.run(100);
    for (let at = 0; at < 20; at++) {
      rig.push(speech.subarray(at * 32000, (at + 1) * 32000)); // 20 s at 10×
      rig.run(100);
    }
    expect(rig.stat("sender")).toBe(GENERATED);
    const held = rig.stat("held");
    rig.nowMs += 60000;
    rig.run(5000);
    expect(rig.stat("dropped")).toBe(0);
    expect(held - rig.stat("held")).toBeGreaterThan(4.9 * 32000);
    rig.run(20000);
    expect([rig.stat("held"), rig.stat("dropped"), rig.stat("played")]).toEqual([0, 0, 20 * 32000]);
  });

  test("a context that starts late plays a live call from its newest audio", async () => {
    const call = new LiveCall(await open());
    call.send(8000); // the page waited eight seconds for a click
    call.rig.nowMs = 8000;
    call.run(10000);
    expect(call.rig.stat("sender")).toBe(LIVE);
    expect(call.rig.stat("heldMs")).toBeLessThan(120);
  });

  test("a wall clock that is set back or forth moves nothing", async () => {
    const call = new LiveCall(await open());
    call.run(5000);
    for (const shiftMs of [-3600000, 7200000]) {
      const from = call.rig.nowMs;
      for (let ms = from; ms < from + 4000; ms = call.rig.nowMs) {
        for (; call.frames * FRAME_MS + 50 <= ms; call.frames++) {
          call.rig.push(speech.subarray(0, FRAME_BYTES), call.frames * FRAME_MS + 50 + shiftMs);
        }
        call.rig.nowMs = ms + shiftMs;
        call.rig.quantum();
        call.rig.nowMs = ms + 128000 / 48000;
      }
      expect(call.rig.stat("sender")).toBe(LIVE);
      expect(call.rig.stat("heldMs")).toBeLessThan(100);
    }
    expect(call.rig.imbalance()).toBe(0);
  });
});
