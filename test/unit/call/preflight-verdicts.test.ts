import { describe, expect, it } from "vitest";
import * as judge from "../../../lib/call/preflight-verdicts.ts";

describe("the verdicts of a preflight", () => {
  it("tell a silent, a quiet, a good and a clipping microphone apart, each with what to do", () => {
    const verdicts = [0, 0.01, 0.3, 1].map((peak) => judge.microphone(peak));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["bad", "warning", "good", "warning"]);
    expect(verdicts.map(({ value }) => value)).toEqual([-100, -40, -10, 0]);
    for (const { verdict, code, action } of verdicts) expect(Boolean(code && action)).toBe(verdict !== "good");
  });

  it("believe the person about the loudspeaker, and nobody where nobody was asked", () => {
    expect([true, false, undefined].map((heard) => judge.speaker(heard).verdict)).toEqual(["good", "bad", "skipped"]);
  });

  it("take the median round trip and the mean step from one to the next", () => {
    expect(judge.roundTrip([20, 500, 30, 25, 22])).toMatchObject({ verdict: "good", value: 25 });
    expect(judge.roundTrip([500]).verdict).toBe("warning");
    expect(judge.roundTrip([900]).verdict).toBe("bad");
    expect(judge.jitter([10, 30, 10, 30])).toMatchObject({ verdict: "good", value: 20 });
    expect(judge.jitter([10, 300, 10]).verdict).toBe("bad");
    expect(judge.jitter([10])).toMatchObject({ verdict: "good", value: 0 });
  });

  it("are as bad as the worst of them, and leave out what was skipped", () => {
    const of = (...verdicts: judge.Verdict[]) => judge.worst(verdicts.map((verdict) => ({ verdict })));
    expect(of("good", "skipped")).toBe("good");
    expect(of("good", "warning", "good")).toBe("warning");
    expect(of("bad", "good")).toBe("bad");
    expect(of()).toBe("skipped");
  });
});
