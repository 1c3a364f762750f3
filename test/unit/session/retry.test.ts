import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff, type Reachability, type RetryOptions, retry, systemClock } from "../../../lib/session/index.ts";
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

class Network implements Reachability {
  online = true;
  readonly #listeners = new Set<() => void>();
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  set(online: boolean): void {
    this.online = online;
    for (const listener of [...this.#listeners]) listener();
  }
  get watched(): number {
    return this.#listeners.size;
  }
}

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
    expect(began.length).toBe(14); // 0, 250, 750, then every second
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

  it("tries nothing while offline, and at once when back online", async () => {
    const reachability = new Network();
    reachability.set(false);
    const { began, done } = rig((count) => (count === 1 ? refused(false) : "connected"), { reachability });
    await vi.advanceTimersByTimeAsync(3000);
    expect(began).toEqual([]);
    reachability.set(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(began).toEqual([3000]);
    await vi.advanceTimersByTimeAsync(100);
    reachability.set(false);
    reachability.set(true);
    expect(await done).toBe("connected");
    expect(began).toEqual([3000, 3100]);
    expect(reachability.watched).toBe(0);
  });

  it("is over in time even when it stays offline", async () => {
    const reachability = new Network();
    reachability.online = false;
    const { began, done } = rig(() => "connected", { reachability });
    await vi.advanceTimersByTimeAsync(12_000);
    await expect(done).rejects.toThrow("Not tried in time.");
    expect(began).toEqual([]);
    expect([vi.getTimerCount(), reachability.watched]).toEqual([0, 0]);
  });
});
