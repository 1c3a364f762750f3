import type { Random } from "./random.ts";

/** Extra delay of each of `count` packets, ms. */
export type Jitter = (random: Random, count: number) => number[];

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Nothing overtakes: the running maximum. */
export function inOrder(arrivals: number[]): number[] {
  let latest = Number.NEGATIVE_INFINITY;
  return arrivals.map((at) => {
    latest = Math.max(latest, at);
    return latest;
  });
}

/** |N(0, σ)|. */
export const halfNormal =
  (sigma: number): Jitter =>
  (random, count) =>
    times(count, () => Math.abs(random.normal(sigma)));

/** gamma(1, 6 ms); 1 % spikes of 40–80 ms. */
export const wifi: Jitter = (random, count) =>
  times(count, () => random.exponential(6) + (random.unit() < 0.01 ? random.between(40, 80) : 0));

/** |AR(.98, σ 4)| + gamma(1, 5); every ~10 s a 120–220 ms spike that drains 20 ms per packet. */
export const lte: Jitter = (random, count) => {
  let state = random.normal(20);
  const extra = times(count, (i) => {
    if (i > 0) state = 0.98 * state + random.normal(4);
    return Math.abs(state) + random.exponential(5);
  });
  for (let at = 400; at < count; at += 500) {
    const spike = at + random.integer(0, 200);
    const height = random.between(120, 220);
    if (spike >= count - 20) continue;
    for (let i = 0; i < 20; i++) extra[spike + i] = (extra[spike + i] ?? 0) + Math.max(0, height - 20 * i);
  }
  return extra;
};

/** Loss p repaired by retransmission: 60 ms + one round trip, each further loss the doubling timeout. */
export const tcp =
  (loss: number, roundTripMs = 100): Jitter =>
  (random, count) =>
    times(count, () => {
      let extra = Math.abs(random.normal(2));
      if (random.unit() >= loss) return extra;
      extra += 60 + roundTripMs;
      for (let timeout = 300; random.unit() < loss; timeout *= 2) extra += timeout;
      return extra;
    });

/** Gilbert-Elliott: which packets survive, at a mean loss and mean burst length. The first five always do. */
export function gilbertElliott(random: Random, count: number, loss: number, burst: number): boolean[] {
  const leave = 1 / burst;
  const enter = (leave * loss) / (1 - loss);
  let losing = false;
  return times(count, (i) => {
    losing = losing ? random.unit() >= leave : random.unit() < enter;
    return i < 5 || !losing;
  });
}

/** Everything due in a window of `durationMs` every `everyMs` arrives at its end. */
export function stalled(arrivals: number[], durationMs: number, everyMs: number, untilMs: number): number[] {
  return arrivals.map((at) => {
    const into = at - 5000;
    if (into < 0 || at >= untilMs) return at;
    const start = 5000 + Math.floor(into / everyMs) * everyMs;
    return at < start + durationMs ? start + durationMs : at;
  });
}
