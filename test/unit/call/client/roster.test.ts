import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { QualityAlert } from "../../../../lib/call/client/quality-watch.ts";
import { Roster } from "../../../../lib/call/client/roster.ts";
import type { Call } from "../../../../lib/call/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call, as far as the roster knows it. */
class Talk extends EventTarget {
  state = "idle";
  connectedAt: number | undefined;
  ended: object | undefined;
  bridged = false;
  held = 0;
  looks = 0;
  mos = 4;
  constructor(readonly id: string) {
    super();
  }
  hold = async (): Promise<void> => void this.held++;
  async stats(): Promise<object> {
    this.looks++;
    return { quality: { mos: this.mos, concealedPct: 0 } };
  }
  connect(): void {
    this.state = "active";
    this.connectedAt = Date.now();
    this.dispatchEvent(Object.assign(new Event("statechange"), { state: this.state }));
  }
  bridge(bridged: boolean): void {
    this.bridged = bridged;
    this.dispatchEvent(Object.assign(new Event("bridgechange"), { bridged }));
  }
  end(reason = "normal"): void {
    this.state = "terminated";
    this.ended = {};
    this.dispatchEvent(Object.assign(new Event("ended"), { end: { reason } }));
  }
}

function rig(historyLimit?: number) {
  const ended: string[] = [];
  const alerts: QualityAlert[] = [];
  const roster = new Roster({
    historyLimit,
    quality: undefined,
    ended: ({ id }) => ended.push(id),
    alert: (_, alert) => alerts.push(alert),
  });
  const add = (id: string): Talk & Call => {
    const call = new Talk(id) as Talk & Call;
    roster.add(call, "outgoing", { id: `with ${id}` });
    return call;
  };
  return { roster, add, ended, alerts };
}

test("looks at a call while it is on, and never again once it is over", async () => {
  const { add, alerts } = rig();
  const call = add("a");
  await vi.advanceTimersByTimeAsync(4000);
  expect(call.looks).toBe(0); // nobody hears anything yet
  call.connect();
  call.mos = 2;
  await vi.advanceTimersByTimeAsync(4000);
  expect([call.looks, alerts.length]).toEqual([2, 1]);
  call.end();
  expect(vi.getTimerCount()).toBe(0);
});

test("says nothing about a call that ended while it was looked at", async () => {
  const { add, alerts } = rig();
  const call = add("a");
  let looked = (_: object): void => {};
  call.stats = () =>
    new Promise((resolve) => {
      looked = resolve as typeof looked;
    });
  call.connect();
  await vi.advanceTimersByTimeAsync(2000);
  call.end();
  looked({ quality: { mos: 1, concealedPct: 50 } });
  await vi.advanceTimersByTimeAsync(0);
  expect(alerts).toEqual([]);
});

test("remembers so many of the newest calls, the newest first, with when they began, connected and ended", () => {
  vi.setSystemTime(1000);
  const { roster, add, ended } = rig(2);
  for (const id of ["a", "b", "c"]) {
    const call = add(id);
    vi.setSystemTime(Date.now() + 5);
    if (id === "c") call.connect();
    vi.setSystemTime(Date.now() + 10);
    call.end("done");
  }
  expect(roster.history.map(({ id }) => id)).toEqual(["c", "b"]);
  expect(roster.history[0]).toMatchObject({ startedAt: 1030, connectedAt: 1035, endedAt: 1045, reason: "done" });
  expect(roster.history[1]).toMatchObject({ connectedAt: undefined, party: { id: "with b" }, missed: false });
  expect([ended, roster.calls]).toEqual([["a", "b", "c"], []]);
});

test("holds the others when a call begins, connects, or is not bridged any more; and nobody who is bridged", () => {
  const { add } = rig();
  const first = add("first");
  first.connect();
  const second = add("second");
  expect([first.held, second.held]).toEqual([1, 0]);
  second.connect();
  expect([first.held, second.held]).toEqual([2, 0]);
  second.bridge(true);
  first.connect();
  expect([first.held, second.held]).toEqual([2, 0]);
  second.connect();
  expect([first.held, second.held]).toEqual([2, 0]); // the two may be in one conference
  second.bridge(false);
  expect([first.held, second.held]).toEqual([3, 0]);
  second.end();
  first.end();
});
