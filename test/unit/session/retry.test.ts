import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff, type RetryOptions, retry, systemClock } from "../../../lib/session/index.ts";
import { TransportError } from "../../../lib/transport/transport.ts";

const refused = (fatal: boolean): TransportError => new TransportError("transport-unreachable", "nobody there", fatal);

/** Runs `retry` and notes when each attempt began, from 0. */
function rig(outcome: (count: number) => unknown, options: Partial<RetryOptions> = {}) {
  const began: number[] = [];
  const start = Date.now();
  const signals: AbortSignal[] = [];
  const done = retry(
    async (signal) => {
      began.push(Date.now() - start);
      signals.push(signal);
      const result = await outcome(began.length);
      if (result instanceof Error) throw result;
      return result;
    },
    {
      clock: systemClock,
      backoff: new Backoff({ random: () => 1 }),
      withinMs: 12_000,
      attemptMs: 4000,
      signal: new AbortController().signal,
      ...options,
    },
  );
  done.catch(() => undefined);
  return { began, done, signals };
}

/** Never answers, but gives up when it is told to. */
const hanging = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(refused(false))));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("backoff", () => {
  it("doubles up to its longest wait, and begins again after a success", () => {
    const backoff = new Backoff({ firstDelayMs: 100, maxDelayMs: 500, random: () => 1 });
    expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.nextMs()).toBe(100);
  });

  it("waits a random part of that, from half to all, and spreads a first attempt from nothing to one wait", () => {
    const low = new Backoff({ firstDelayMs: 100, random: () => 0 });
    const high = new Backoff({ firstDelayMs: 100, random: () => 0.999 });
    expect([low.nextMs(), low.nextMs(), low.spreadMs()]).toEqual([50, 100, 0]);
    expect([high.nextMs(), high.spreadMs()].map(Math.round)).toEqual([100, 100]);
  });
});

describe("retry", () => {
  it("tries nothing for who has given up before", async () => {
    const reason = new Error("changed my mind");
    const { began, done } = rig(() => "connected", { signal: AbortSignal.abort(reason), delayMs: 100 });
    await vi.advanceTimersByTimeAsync(1000);
    await expect(done).rejects.toBe(reason);
    expect([began, vi.getTimerCount()]).toEqual([[], 0]);
  });

  it("resolves with the first success, and tries no more", async () => {
    const { began, done } = rig((count) => (count < 3 ? refused(false) : "connected"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await done).toBe("connected");
    expect(began).toEqual([0, 250, 750]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not try again after an error that says it is fatal, or that says nothing", async () => {
    for (const error of [refused(true), new TypeError("a bug")]) {
      const { began, done } = rig(() => error);
      await expect(done).rejects.toBe(error);
      expect(began).toEqual([0]);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("gives up when its time is over, with the error of the last attempt", async () => {
    const errors: Error[] = [];
    const { began, done } = rig(() => {
      errors.push(refused(false));
      return errors.at(-1);
    });
    await vi.advanceTimersByTimeAsync(12_000);
    await expect(done).rejects.toBe(errors.at(-1));
    expect(began.length).toBe(17); // 0, 250, 750, then every 750 ms
    expect(vi.getTimerCount()).toBe(0);
  });

  it("cuts an attempt that hangs and tries again; cuts the last when the time is over", async () => {
    const { began, done, signals } = rig((count) => hanging(signals[count - 1]!), { withinMs: 10_000 });
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(done).rejects.toMatchObject({ code: "transport-unreachable" });
    expect(began).toEqual([0, 4250, 8750]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("stops at once when its signal aborts, in a wait as in an attempt", async () => {
    for (const atMs of [100, 300]) {
      const controller = new AbortController();
      const { done, signals } = rig((count) => (count === 1 ? refused(false) : hanging(signals[count - 1]!)), {
        signal: controller.signal,
      });
      await vi.advanceTimersByTimeAsync(atMs);
      controller.abort(new Error("hung up"));
      await expect(done).rejects.toThrow("hung up");
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("begins no attempt after its time to try, and lets the one that is under way finish", async () => {
    const slow = () => new Promise((resolve) => setTimeout(() => resolve(refused(false)), 1500));
    const { began, done } = rig(slow, { tryForMs: 4000, attemptMs: 10_000 });
    await vi.advanceTimersByTimeAsync(5249);
    expect(began).toEqual([0, 1750, 3750]);
    await vi.advanceTimersByTimeAsync(1);
    await expect(done).rejects.toMatchObject({ code: "transport-unreachable" });
  });

  it("does not wait for an attempt that would begin after its time to try", async () => {
    const { began, done } = rig(() => refused(false), { tryForMs: 300 });
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(250);
    await expect(done).rejects.toMatchObject({ code: "transport-unreachable" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(began).toEqual([0, 250]); // the next would be at 750
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tries once, however late that is, where it has no time to try again", async () => {
    const { began, done } = rig(() => refused(false), { tryForMs: 0, delayMs: 30 });
    await vi.advanceTimersByTimeAsync(1000);
    await expect(done).rejects.toMatchObject({ code: "transport-unreachable" });
    expect(began).toEqual([30]);
  });

  it("tries at once when it is nudged, and listens to nobody afterwards", async () => {
    const nudges = new Set<() => void>();
    const nudge = (listener: () => void) => {
      nudges.add(listener);
      return () => void nudges.delete(listener);
    };
    const { began, done } = rig((count) => (count < 3 ? refused(false) : "connected"), { nudge, delayMs: 200 });
    await vi.advanceTimersByTimeAsync(100);
    for (const run of nudges) run();
    await vi.advanceTimersByTimeAsync(50);
    for (const run of nudges) run();
    await vi.advanceTimersByTimeAsync(500);
    expect(await done).toBe("connected");
    expect(began).toEqual([100, 150, 650]);
    expect([vi.getTimerCount(), nudges.size]).toEqual([0, 0]);
  });

  it("says so where the time was over before the first attempt", async () => {
    const { began, done } = rig(() => "connected", { delayMs: 500, withinMs: 400 });
    await vi.advanceTimersByTimeAsync(500);
    await expect(done).rejects.toMatchObject({ code: "session-timeout" });
    expect(began).toEqual([]);
  });
});
