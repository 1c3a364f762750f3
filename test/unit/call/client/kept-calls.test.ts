import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type KeptCalls, leaveCalls, takeCalls } from "../../../../lib/call/client/kept-calls.ts";

beforeEach(() => {
  const items = new Map<string, string>();
  vi.useFakeTimers();
  vi.stubGlobal("sessionStorage", {
    setItem: (key: string, value: string) => items.set(key, value),
    getItem: (key: string) => items.get(key) ?? null,
    removeItem: (key: string) => items.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const kept: KeptCalls = {
  calls: [
    {
      ...{ id: "a", callId: "b", party: { id: "bob" }, direction: "incoming", role: "callee" },
      ...{ startedAt: 1, muted: false, held: true },
    },
  ],
  resume: { token: "t", seen: 3 },
};

test("a page that is loaded again finds the calls of the one before once, under its own name", () => {
  leaveCalls("alice", kept);
  expect(takeCalls("carol")).toBeUndefined();
  expect(takeCalls("alice")).toMatchObject(kept);
  expect(takeCalls("alice")).toBeUndefined();
});

test("calls that nobody waits for any more are not found, nor are none", () => {
  leaveCalls("alice", kept);
  vi.advanceTimersByTime(30_000);
  expect(takeCalls("alice")).toBeUndefined();
  leaveCalls("alice", { ...kept, calls: [] });
  expect(takeCalls("alice")).toBeUndefined();
});

test("where the page may store nothing, or something else is there, there are none", () => {
  sessionStorage.setItem("alice:calls", "{");
  expect(takeCalls("alice")).toBeUndefined();
  vi.stubGlobal("sessionStorage", {
    setItem: () => {
      throw new Error("full");
    },
  });
  leaveCalls("alice", kept);
  expect(takeCalls("alice")).toBeUndefined();
});
