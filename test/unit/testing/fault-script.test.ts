import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FaultPhase, formatFaultPhase, parseFaultScript } from "../../../lib/testing/index.ts";

describe("a fault script", () => {
  it("reads every fault, direction, time and size", () => {
    const script = `
      stall 400 every 10s; delay 40±20      # like a bad Wi-Fi
      up delay 5+-3 at 1s for 2.5s every 10000; DOWN Limit 16kB/s for 500ms
      drop 2.5%; corrupt 3 after 4000; truncate after 1.5kB
      down half-close at 250; reset at 3s; black-hole after 1MB; up stall 20ms
      refuse at 2s for 1s
    `;
    expect(parseFaultScript(script)).toEqual([
      { type: "stall", ms: 400, everyMs: 10_000 },
      { type: "delay", ms: 40, jitterMs: 20 },
      { type: "delay", ms: 5, jitterMs: 3, direction: "up", atMs: 1000, forMs: 2500, everyMs: 10_000 },
      { type: "limit", bytesPerSecond: 16_000, direction: "down", forMs: 500 },
      { type: "drop", share: 0.025 },
      { type: "corrupt", count: 3, afterBytes: 4000 },
      { type: "truncate", afterBytes: 1500 },
      { type: "half-close", direction: "down", atMs: 250 },
      { type: "reset", atMs: 3000 },
      { type: "black-hole", afterBytes: 1_000_000 },
      { type: "stall", ms: 20, direction: "up" },
      { type: "refuse", atMs: 2000, forMs: 1000 },
    ]);
  });

  it("has nothing in it when it is empty, absent, or only a comment", () => {
    expect([parseFaultScript(""), parseFaultScript(undefined), parseFaultScript(" ;# nothing\n")]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    ["explode", 'there is no fault "explode"'],
    ["delay", '"" is not a time'],
    ["delay soon", '"soon" is not a time'],
    ["delay -5", '"-5" is not a time'],
    ["limit fast", '"fast" is not a size'],
    ["limit 0", "at least one byte"],
    ["drop 5", '"5" is not a percentage'],
    ["drop 120%", "no more than 100%"],
    ["stall 5 sometimes 7", '"sometimes" is none of'],
    ["stall 5 every", '"" is not a time'],
    ["stall 5 every 0", "above 0"],
    ["stall 5 for 10", "takes no for"],
    ["delay 5 every 10", "needs for"],
    ["delay 5 every 10 for 10", "a shorter one"],
    ["reset at 5 after 100", "neither at nor every"],
    ["up refuse", "refuse takes no direction"],
  ])("refuses %j and says why and how", (script, why) => {
    const refused = expect.objectContaining({ code: "fault-script", message: expect.stringContaining(why) });
    expect(() => parseFaultScript(script)).toThrow(refused);
    expect(() => parseFaultScript(script)).toThrow(
      expect.objectContaining({ action: expect.stringContaining("stall 400") }),
    );
  });

  it("checks phases that are given as objects, too", () => {
    const phases: FaultPhase[] = [{ type: "delay", ms: Number.NaN }];
    expect(() => parseFaultScript(phases)).toThrow("ms is NaN");
  });

  it("writes what it reads", () => {
    const ms = fc.nat(1e6).map((n) => n / 4);
    const fault = fc.oneof(
      fc.record({ type: fc.constant("delay"), ms, jitterMs: ms }),
      fc.record({ type: fc.constant("stall"), ms }),
      fc.record({ type: fc.constant("limit"), bytesPerSecond: fc.integer({ min: 1, max: 1e9 }) }),
      fc.record({ type: fc.constant("drop"), share: fc.nat(1000).map((n) => n / 1000) }),
      fc.record({ type: fc.constant("corrupt"), count: fc.nat(100) }),
      fc.record({ type: fc.constantFrom("truncate", "reset", "half-close", "black-hole") }),
    );
    const timing = fc.oneof(
      fc.record({ atMs: ms }),
      fc.record({ afterBytes: fc.nat(1e9) }),
      fc.record({ direction: fc.constantFrom("up", "down") }),
      fc.constant({}),
    );
    fc.assert(
      fc.property(fc.tuple(fault, timing), ([one, two]) => {
        const phase = { ...one, ...two } as FaultPhase;
        expect(parseFaultScript(formatFaultPhase(phase))).toEqual([phase]);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });
});
