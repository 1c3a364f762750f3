import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Authorize, type CallerPolicy, identify } from "../../../lib/node/upgrade-policy.ts";
import { readUpgrade } from "../../../lib/node/upgrade-request.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const upgrade = readUpgrade({ headers: { host: "here" }, socket: {}, url: "/" } as unknown as IncomingMessage, {
  trustProxy: false,
});
const policy = (authorize: Authorize): CallerPolicy => ({
  allowedOrigins: "same-host",
  authorize,
  authorizeTimeoutMs: 10_000,
  turnAway: () => undefined,
});

describe("what authorize returns", () => {
  it("lets in with anything but false, null and undefined", async () => {
    const outcomeOf = (identity: unknown) =>
      identify(
        upgrade,
        policy(() => identity),
        () => {},
      );
    for (const nobody of [false, null, undefined])
      expect(await outcomeOf(nobody), String(nobody)).toMatchObject({ cause: "credentials", status: 401 });
    for (const somebody of [true, 0, "", "alice", { id: "alice" }])
      expect(await outcomeOf(somebody), String(somebody)).toMatchObject({ identity: somebody });
  });
});

describe("the time that a check of credentials may take", () => {
  it("is not waited for once it is decided, however it was", async () => {
    const refuse = (): never => {
      throw new Error("no");
    };
    for (const authorize of [() => "alice", () => undefined, async () => "alice", refuse]) {
      await identify(upgrade, policy(authorize), () => {});
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("ends with a refusal, and the owner hears of it", async () => {
    const errors: unknown[] = [];
    const outcome = identify(
      upgrade,
      policy(() => new Promise(() => {})),
      (error) => errors.push(error),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toMatchObject({ cause: "failed", status: 500 });
    expect(String(errors)).toContain("10000 ms");
  });
});
