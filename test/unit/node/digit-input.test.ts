import { describe, expect, it } from "vitest";
import { DigitInput } from "../../../lib/node/digit-input.ts";
import { ManualClock } from "./manual-clock.ts";

function rig() {
  const clock = new ManualClock();
  return { clock, digits: new DigitInput(clock) };
}

describe("keys the caller presses", () => {
  it("wait to be asked for, in order, the newest 64 of them", async () => {
    const { digits } = rig();
    for (let press = 0; press < 70; press++) digits.push(`${press % 10}`);
    expect([await digits.next(), await digits.next()]).toEqual(["6", "7"]);
    digits.clear();
    expect(await digits.next({ signal: AbortSignal.abort() })).toBeUndefined();
    digits.push("*");
    expect(await digits.next({ timeoutMs: 0 })).toBe("*");
  });

  it("go to who has waited longest, and not to who has given up", async () => {
    const { clock, digits } = rig();
    const control = new AbortController();
    const late = digits.next({ timeoutMs: 100 });
    const aborted = digits.next({ signal: control.signal });
    const [first, second] = [digits.next(), digits.next({ timeoutMs: 5000 })];
    control.abort();
    await clock.advance(100);
    expect([await late, await aborted]).toEqual([undefined, undefined]);
    for (const digit of ["1", "2", "3"]) digits.push(digit);
    expect([await first, await second, await digits.next()]).toEqual(["1", "2", "3"]);
    expect(clock.timers).toBe(0);
  });

  it("do not come any more when the call is over", async () => {
    const { clock, digits } = rig();
    const waiting = digits.next({ timeoutMs: 100 });
    digits.end();
    expect([await waiting, await digits.next(), clock.timers]).toEqual([undefined, undefined, 0]);
  });
});
