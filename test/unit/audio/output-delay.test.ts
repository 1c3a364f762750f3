import { afterEach, describe, expect, it, vi } from "vitest";

/** A context that tells whether it was asked for its device. */
function context() {
  let asked = 0;
  return {
    baseLatency: 0.01,
    get outputLatency() {
      asked++;
      return 0.03;
    },
    asked: () => asked,
  };
}

async function freshly(): Promise<typeof import("../../../lib/audio/output-delay.ts")> {
  vi.resetModules();
  return import("../../../lib/audio/output-delay.ts");
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the delay of the output", () => {
  it("is the browser's own and the device's", async () => {
    const { outputDelayMs } = await freshly();
    expect(outputDelayMs(context())).toBeCloseTo(40);
    expect(outputDelayMs({} as AudioContext)).toBe(0);
  });

  it("does not ask Firefox for the device's, which may hang the page", async () => {
    vi.stubGlobal("mozInnerScreenX", 0);
    const { outputDelayMs } = await freshly();
    const firefox = context();
    expect(outputDelayMs(firefox)).toBeCloseTo(10);
    expect(firefox.asked()).toBe(0);
  });
});
