import { expect, test, vi } from "vitest";
import {
  accept,
  autoAnswer,
  blocklist,
  businessHours,
  CallQueue,
  compose,
  type Decision,
  failover,
  forward,
  type HandlerContext,
  type IncomingCall,
  type Presence,
  pass,
  reject,
  routing,
} from "../../../../lib/call/client/index.ts";
import { Reception } from "../../../../lib/call/client/reception.ts";

/** A call that rings, as far as handlers and the reception know it. */
class Ring extends EventTarget {
  readonly from: { readonly id: string };
  ended: { outcome: string } | undefined;
  readonly rang: (number | undefined)[] = [];
  position: number | undefined;
  constructor(id: string) {
    super();
    this.from = { id };
  }
  #end(outcome: string): void {
    if (this.ended) return;
    this.ended = { outcome };
    this.dispatchEvent(new Event("ended"));
  }
  ring(position?: number): void {
    this.position = position;
    this.rang.push(position);
  }
  accept = (): void => this.#end("accepted");
  giveUp = (): void => this.#end("cancelled");
  reject = (code: string): void => this.#end(`rejected ${code}`);
  forward = (target: string): void => this.#end(`forwarded ${target}`);
}

const ring = (id = "alice") => new Ring(id) as Ring & IncomingCall;

function context(options: Partial<HandlerContext> = {}): HandlerContext {
  return {
    activeCalls: 0,
    presence: new Map<string, Presence>(),
    signal: new AbortController().signal,
    ring: () => {},
    whenFree: () => Promise.resolve(),
    ...options,
  };
}

test("compose asks one handler after the other until one does not pass, and passes where all do", async () => {
  const asked: string[] = [];
  const say = (name: string, decision: Decision) => () => {
    asked.push(name);
    return decision;
  };
  expect(await compose(say("a", pass), say("b", reject("busy")), say("c", accept))(ring(), context())).toEqual(
    reject("busy"),
  );
  expect(asked).toEqual(["a", "b"]);
  expect(await compose(say("d", pass))(ring(), context())).toEqual(pass);
});

test("a blocklist turns away exact ids, patterns and expressions, and says declined", async () => {
  const block = blocklist(["spam", "bot-*", /^\+49900/g]);
  for (const id of ["spam", "bot-7", "+49900123", "+49900123"])
    expect(await block(ring(id), context()), id).toEqual(reject());
  for (const id of ["spammer", "abot-7", "alice", "bot"]) expect(await block(ring(id), context()), id).toEqual(pass);
});

test("a pattern with many stars is answered at once, whatever it is asked", async () => {
  const block = blocklist([`${"*a".repeat(40)}*b`]);
  expect(await block(ring("a".repeat(128)), context())).toEqual(pass);
  expect(await block(ring(`${"a".repeat(60)}b`), context())).toEqual(reject());
});

test("routes are tried in their order", async () => {
  const route = routing([
    { from: "boss", do: accept },
    { from: "sales-*", do: forward("desk") },
    { from: "sales-1", do: accept },
    { when: ({ from }) => from.id.length > 10, do: () => reject("too long") },
  ]);
  expect(await route(ring("boss"), context())).toEqual(accept);
  expect(await route(ring("sales-1"), context())).toEqual(forward("desk"));
  expect(await route(ring("a-very-long-name"), context())).toEqual(reject("too long"));
  expect(await route(ring("else"), context())).toEqual(pass);
});

test("business hours hold in their time zone, past midnight and on holidays", async () => {
  let now = 0;
  const handler = businessHours({
    timeZone: "Europe/Berlin",
    hours: { mon: [["09:00", "12:00"]], fri: [["22:00", "02:00"]] },
    closedOn: ["2026-11-23"],
    now: () => now,
  });
  const at = async (time: string): Promise<boolean> => {
    now = Date.parse(time);
    return (await handler(ring(), context())).action === "pass";
  };
  // 2026-11-16 is a Monday; Berlin is UTC+1 in winter.
  expect(await at("2026-11-16T07:59:00Z")).toBe(false);
  expect(await at("2026-11-16T08:00:00Z")).toBe(true);
  expect(await at("2026-11-16T10:59:00Z")).toBe(true);
  expect(await at("2026-11-16T11:00:00Z")).toBe(false);
  expect(await at("2026-11-23T08:30:00Z")).toBe(false);
  expect(await at("2026-11-20T21:30:00Z")).toBe(true);
  expect(await at("2026-11-21T00:30:00Z")).toBe(true);
  expect(await at("2026-11-21T01:00:00Z")).toBe(false);
  // In summer it is UTC+2.
  expect(await at("2026-07-13T07:00:00Z")).toBe(true);
  expect(() => businessHours({ hours: { mon: [["9", "12:00"]] } })).toThrow(RangeError);
});

test("auto-answer takes calls at once or later, and not while another one is on unless told to", async () => {
  vi.useFakeTimers();
  try {
    expect(await autoAnswer()(ring(), context())).toEqual(accept);
    expect(await autoAnswer()(ring(), context({ activeCalls: 1 }))).toEqual(pass);
    expect(await autoAnswer({ whileTalking: true })(ring(), context({ activeCalls: 1 }))).toEqual(accept);
    const shown = vi.fn();
    const later = Promise.resolve(autoAnswer({ afterMs: 3000 })(ring(), context({ ring: shown })));
    let decided: Decision | undefined;
    void later.then((decision) => {
      decided = decision;
    });
    await vi.advanceTimersByTimeAsync(2999);
    expect([decided, shown.mock.calls.length]).toEqual([undefined, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(decided).toEqual(accept);
  } finally {
    vi.useRealTimers();
  }
});

test("failover rings here first, then forwards to the first who is available, and never back to the caller", async () => {
  vi.useFakeTimers();
  try {
    const presence = new Map<string, Presence>([
      ["alice", { status: "available" }],
      ["bob", { status: "busy" }],
      ["carol", { status: "available" }],
    ]);
    const decide = Promise.resolve(
      failover(["alice", "bob", "carol"], { afterMs: 1000 })(ring(), context({ presence })),
    );
    await vi.advanceTimersByTimeAsync(1000);
    expect(await decide).toEqual(forward("carol", "no answer"));
    expect(await failover(["bob"], { afterMs: 0 })(ring(), context({ presence }))).toEqual(pass);
    const answered = new AbortController();
    const early = Promise.resolve(failover(["carol"])(ring(), context({ presence, signal: answered.signal })));
    answered.abort();
    expect(await early).toEqual(pass);
  } finally {
    vi.useRealTimers();
  }
});

/** A reception whose calls are on as long as the test says. */
function desk(handler: ConstructorParameters<typeof Reception>[0]["handler"]) {
  const state = { activeCalls: 0 };
  const shown: Ring[] = [];
  const faults: unknown[] = [];
  const reception = new Reception({
    handler,
    presence: new Map(),
    get activeCalls() {
      return state.activeCalls;
    },
    show: (incoming) => void shown.push(incoming as unknown as Ring),
    fault: (error) => void faults.push(error),
  });
  const talk = (change: number) => {
    state.activeCalls += change;
    reception.callsChanged();
  };
  return { reception, shown, faults, talk };
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a queue lets one through after the other, first come, first served, and tells each its position", async () => {
  const queue = new CallQueue({ capacity: 2 });
  const { reception, shown, talk } = desk(queue.handler);
  const [a, b, c, d] = [ring("a"), ring("b"), ring("c"), ring("d")];
  talk(1);
  for (const call of [a, b, c, d]) void reception.take(call);
  await turns();
  expect(queue.waiting.map(({ from }) => from.id)).toEqual(["a", "b"]);
  expect([c.ended?.outcome, d.ended?.outcome]).toEqual(["rejected busy", "rejected busy"]);
  expect([a.position, b.position, shown.length]).toEqual([1, 2, 0]);
  talk(-1);
  await turns();
  expect(shown).toEqual([a]);
  expect([b.position, queue.waiting.length]).toEqual([1, 1]);
  a.accept();
  talk(1);
  await turns();
  expect(shown).toEqual([a]);
  talk(-1);
  await turns();
  expect(shown).toEqual([a, b]);
  b.giveUp();
  const e = ring("e");
  await turns();
  void reception.take(e);
  await turns();
  expect(shown).toEqual([a, b, e]);
  expect(queue.waiting).toEqual([]);
});

test("a queue lets nobody through while as many talk as may, whoever comes and goes", async () => {
  const queue = new CallQueue();
  const { reception, shown, talk } = desk(queue.handler);
  const call = ring("a");
  talk(1);
  void reception.take(call);
  await turns();
  talk(1);
  talk(-1);
  await turns();
  expect([shown, queue.waiting]).toEqual([[], [call]]);
  talk(-1);
  await turns();
  expect(shown).toEqual([call]);
});

test("who gives up in a queue lets those behind move up, and is not asked when it would be its turn", async () => {
  const queue = new CallQueue();
  const { reception, shown, talk } = desk(queue.handler);
  const [a, b, c] = [ring("a"), ring("b"), ring("c")];
  talk(1);
  for (const call of [a, b, c]) void reception.take(call);
  await turns();
  b.giveUp();
  await turns();
  expect([a.position, c.position]).toEqual([1, 2]);
  talk(-1);
  await turns();
  a.reject("declined");
  await turns();
  expect(shown).toEqual([a, c]);
  expect(reception.ringing).toEqual([c]);
});

test("a call is told to the caller as ringing once where the handler knows at once, and while a slow one thinks", async () => {
  vi.useFakeTimers();
  try {
    const quick = desk(() => pass);
    const call = ring();
    await quick.reception.take(call);
    await vi.advanceTimersByTimeAsync(1000);
    expect([call.rang.length, quick.shown, vi.getTimerCount()]).toEqual([1, [call], 0]);
    let decide = (_: Decision): void => {};
    const slow = desk(
      () =>
        new Promise((resolve) => {
          decide = resolve;
        }),
    );
    const thoughtOver = ring();
    const taken = slow.reception.take(thoughtOver);
    await vi.advanceTimersByTimeAsync(249);
    expect(thoughtOver.rang).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([thoughtOver.rang.length, slow.shown.length]).toEqual([1, 0]);
    decide(accept);
    await taken;
    expect([thoughtOver.ended?.outcome, slow.shown.length]).toEqual(["accepted", 0]);
  } finally {
    vi.useRealTimers();
  }
});

test("what handlers decide happens, once, and a call that ended meanwhile is left alone", async () => {
  const decisions: Record<string, Decision> = { a: accept, b: reject("nope"), c: forward("x"), d: pass };
  const { reception, shown } = desk(({ from }) => decisions[from.id] ?? pass);
  const calls = ["a", "b", "c", "d"].map(ring);
  await Promise.all(calls.map((call) => reception.take(call)));
  expect(calls.map(({ ended }) => ended?.outcome)).toEqual(["accepted", "rejected nope", "forwarded x", undefined]);
  expect(shown).toEqual([calls[3]]);
  const late = desk(async () => {
    await turns();
    return accept;
  });
  const gone = ring();
  const taken = late.reception.take(gone);
  gone.giveUp();
  await taken;
  expect(gone.ended?.outcome).toBe("cancelled");
});

test("a handler that throws leaves the call to a person", async () => {
  const { reception, shown, faults } = desk(() => {
    throw new Error("broken");
  });
  const call = ring();
  await reception.take(call);
  expect(shown).toEqual([call]);
  expect(faults).toHaveLength(1);
});

test("a blocklist of one is not a list of its letters, and no list at all is told when it is made", async () => {
  expect(await blocklist("spam-*")(ring("alice"), context())).toEqual(pass);
  expect(await blocklist("spam-*")(ring("spam-1"), context())).toEqual(reject("declined"));
  expect(await blocklist(/^spam/g)(ring("spam-1"), context())).toEqual(reject("declined"));
  for (const nothing of [undefined, null, 5, {}]) expect(() => blocklist(nothing as never)).toThrow(TypeError);
});

test("business hours are told when they are made, where a day or a date is none", async () => {
  const hours = { mon: [["09:00", "17:00"]] } as const;
  expect(() => businessHours({ hours: { monday: [["09:00", "17:00"]] } as never })).toThrow(RangeError);
  expect(() => businessHours({ hours, closedOn: ["24.12.2026"] })).toThrow(RangeError);
  const now = () => Date.UTC(2026, 10, 23, 12); // a Monday
  const onThatDay = businessHours({ hours, timeZone: "UTC", closedOn: "2026-11-23", now });
  expect(await onThatDay(ring(), context())).toEqual(reject("unavailable", "closed"));
  expect(await businessHours({ hours, timeZone: "UTC", now })(ring(), context())).toEqual(pass);
});
