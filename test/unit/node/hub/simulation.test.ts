import { describe, expect, it } from "vitest";
import { Switchboard } from "../../../../lib/node/hub/switchboard.ts";
import { nobody } from "./board.ts";
import { type Plan, SimClient } from "./sim-client.ts";
import { SimClock } from "./sim-clock.ts";

const clients = 200;
const calls = 2000;
const spanMs = 600_000;

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function simulate(seed: number) {
  const random = seeded(seed);
  const clock = new SimClock();
  const board = new Switchboard({ clock, ringTimeoutMs: 30_000, graceMs: 15_000, presence: false });
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const plans = new Map<string, Plan>();
  const planOf = (callId: string): Plan => plans.get(callId)!;
  const everybody = Array.from({ length: clients }, (_, index) => {
    return new SimClient(`client ${String(index).padStart(3, "0")}`, { board, clock, random, planOf });
  });
  const at = (ms: number, run: () => void): void => void clock.after(ms, run);
  const place = (ms: number, caller: SimClient, callee: SimClient, name: string): void => {
    plans.set(name, {
      answer: pick("accept", "accept", "accept", "reject", "redirect", "ignore"),
      answerMs: random() * 6000,
      cancelMs: random() < 0.15 ? random() * 6000 : undefined,
      hangUp: pick("caller", "callee", "both"),
      talkMs: random() * 20_000,
    });
    at(ms, () => caller.call(callee.id, name));
  };
  for (let number = 0; number < calls; number++) {
    const when = random() * spanMs;
    const [caller, callee] = [pick(...everybody), pick(...everybody)];
    const bothAtOnce = number + 1 < calls && random() < 0.05;
    place(when, caller, callee, `call ${number}`);
    if (bothAtOnce) place(when + random() * 60, callee, caller, `call ${++number}`);
    // Half of the calls see a connection break on one side or the other while they are on.
    for (const side of [caller, callee]) {
      if (random() < 0.25)
        at(when + random() * 12_000, () => side.cut({ backMs: 600 + random() * 20_000, reload: random() < 0.2 }));
    }
  }
  at(spanMs + 200_000, () => {
    for (const client of everybody) client.leave();
  });
  clock.run();
  return { board, clock, everybody };
}

const livesOf = ({ everybody }: ReturnType<typeof simulate>): string =>
  JSON.stringify(everybody.map(({ id, sides }) => [id, ...sides.values()]));
/** By seed. */
const lives = new Map<number, string>();

describe("200 clients that place 2,000 calls over connections that break", () => {
  it.each([1, 2])("end each call once on both sides, and leave nothing behind (seed %i)", (seed) => {
    const outcome = simulate(seed);
    const { board, clock, everybody } = outcome;
    lives.set(seed, livesOf(outcome));
    const sides = everybody.flatMap((client) => [...client.sides.values()]);
    const placed = sides.filter(({ by }) => by === "caller");
    const rang = sides.filter(({ by }) => by === "callee");
    expect(placed.length).toBe(calls);
    expect(sides.filter(({ endings }) => endings !== 1)).toEqual([]);
    // Nobody's departure at the end was needed for that.
    expect(sides.filter(({ how }) => how === "left")).toEqual([]);

    const stats = board.stats();
    expect(stats.now).toEqual(nobody);
    expect(clock.waiting).toBe(0);
    const ended = Object.values(stats.ended).reduce((sum, count) => sum + count, 0);
    expect(ended).toBe(stats.calls);
    // What has begun at the hub has rung, but for those whose callee never came back for it.
    expect(rang.length).toBeLessThanOrEqual(stats.calls);
    expect(rang.length).toBeGreaterThan(calls * 0.8);

    // No ringing went on for longer than it may: the time-out, and a grace for who was away when it ended.
    const longest = Math.max(...sides.map(({ since, endedAt }) => endedAt - since));
    expect(longest).toBeLessThan(30_000 + 20_000 + 15_000 + 25_000);

    // And everything that can happen has happened.
    const ways = new Set(sides.map(({ how }) => how));
    for (const how of [
      "hung up",
      "cancelled",
      "rejected",
      "declined",
      "redirected",
      "call-redirect",
      "timeout",
      "glare",
    ])
      expect(ways).toContain(how);
    for (const how of ["reload", "not resumed", "unavailable"]) expect(ways).toContain(how);
    expect(stats.resumed).toBeGreaterThan(100);
    for (const count of Object.values(stats.ended)) expect(count).toBeGreaterThan(20);
  });

  it("do the same again from the same seed, so that what fails can be looked at", () => {
    expect(livesOf(simulate(1))).toBe(lives.get(1));
  });
});
