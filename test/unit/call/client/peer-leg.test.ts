import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call } from "../../../../lib/call/call.ts";
import type { Exchange } from "../../../../lib/call/client/exchange.ts";
import { IncomingCall } from "../../../../lib/call/client/incoming-call.ts";
import { type LegEnd, PeerLeg } from "../../../../lib/call/client/peer-leg.ts";
import type { SignalMessage } from "../../../../lib/protocol/index.ts";
import { peers, settle, useFakePeers } from "./line-rig.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  useFakePeers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Said = { readonly [T in SignalMessage["type"]]?: Extract<SignalMessage, { type: T }>["data"] };

/** A leg between us and bob, who is played by the test. */
function rig(role: "caller" | "callee", kept = false) {
  const said: { type: string; data: unknown }[] = [];
  const told: string[] = [];
  let listener: ((message: SignalMessage) => void) | undefined;
  const exchange: Exchange = {
    ...{ id: "alice", displayName: undefined, ringTimeoutMs: 30_000, online: true },
    send: ({ type, data }) => void said.push({ type, data }),
    attach: (_, given) => {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
    iceServers: async () => [],
  };
  const leg = new PeerLeg(exchange, { callId: "one", party: { id: "bob" }, role, kept });
  const ends: LegEnd[] = [];
  leg.listen({
    ringing: (position) => told.push(`ringing ${position ?? "here"}`),
    connected: () => told.push("connected"),
    interrupted: () => told.push("interrupted"),
    ended: (end) => ends.push(end),
  });
  const bob = async (messages: Said): Promise<void> => {
    for (const [type, data] of Object.entries(messages)) {
      listener?.({ type, from: "bob", callId: "one", data } as SignalMessage);
    }
    await settle();
  };
  const types = (): string[] => said.map(({ type }) => type);
  return { leg, bob, said, types, told, ends, heard: () => listener !== undefined };
}

/** The same, with sound. */
async function talking() {
  const one = rig("caller");
  one.leg.request({ media: "audio" });
  await one.bob({ "call-ringing": {}, "call-accept": {}, answer: { sdp: "v=0" } });
  expect(one.leg.connected).toBe(true);
  expect(one.told).toEqual(["ringing here", "connected"]);
  one.said.length = 0;
  return one;
}

test("rings so long, from the last word of the other side, then gives up and says so", async () => {
  const { leg, bob, said, ends, heard } = rig("caller");
  leg.request({ media: "audio" });
  vi.advanceTimersByTime(34_999);
  await bob({ "call-ringing": { position: 2 } });
  vi.advanceTimersByTime(34_999);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ends).toEqual([{ reason: "timeout", by: "remote" }]);
  expect(said.at(-1)).toEqual({ type: "hangup", data: { reason: "timeout" } });
  expect([heard(), vi.getTimerCount()]).toEqual([false, 0]);
});

test("is over once, and leaves no timer and nothing that listens", async () => {
  const { leg, types, ends, heard } = await talking();
  leg.hangUp("normal");
  leg.hangUp("again");
  leg.setHeld(true);
  leg.tellKey("1", false);
  leg.refuseTransfer();
  leg.leave();
  expect(ends).toEqual([{ reason: "normal", by: "local" }]);
  expect(types()).toEqual(["hangup"]);
  expect([heard(), vi.getTimerCount(), peers()[0]?.connectionState]).toEqual([false, 0, "closed"]);
});

test("a call that rings is refused, sent on or lost by what the hub says; one that is on is not", async () => {
  for (const [what, end] of [
    [{ "call-reject": { code: "busy" } }, { reason: "busy", by: "remote" }],
    [{ "call-redirect": { target: "carol" } }, { reason: "redirected", by: "remote", redirect: "carol" }],
    [{ error: { code: "unavailable", message: "" } }, { reason: "unavailable", by: "remote" }],
  ] as const) {
    const { leg, bob, ends } = rig("caller");
    leg.request({ media: "audio" });
    await bob(what as Said);
    expect(ends).toEqual([end]);
    const on = await talking();
    await on.bob(what as Said);
    expect(on.ends).toEqual([]);
    on.leg.hangUp("done");
  }
});

test("says that it rings, or where it waits, until it is taken, and never afterwards", async () => {
  const { leg, types } = rig("callee");
  leg.ring();
  leg.ring(2);
  expect(types()).toEqual(["call-ringing", "call-ringing"]);
  leg.accept();
  leg.ring();
  leg.accept();
  leg.reject("declined");
  leg.redirect("carol");
  await settle();
  expect(types().filter((type) => type.startsWith("call-"))).toEqual(["call-ringing", "call-ringing", "call-accept"]);
  leg.hangUp("done");
  expect(vi.getTimerCount()).toBe(0); // it was about to be connected
});

test("a page that goes away tells the other side of calls with sound, and of no others", async () => {
  const ringing = rig("caller");
  ringing.leg.request({ media: "audio" });
  ringing.leg.leave();
  expect(ringing.types()).toEqual(["call-request"]);
  ringing.leg.hangUp("done");
  const on = await talking();
  on.leg.leave();
  expect(on.said).toEqual([{ type: "call-resume", data: { leaving: true } }]);
  on.leg.hangUp("done");
});

test("waits for a page that is loaded again, tells it what it cannot know, and gives up after half a minute", async () => {
  const { leg, bob, said, told, ends } = await talking();
  leg.setHeld(true);
  said.length = 0;
  await bob({ "call-resume": { leaving: true } });
  expect(told.at(-1)).toBe("interrupted");
  vi.advanceTimersByTime(29_999);
  expect(ends).toEqual([]);
  await bob({ "call-resume": {} });
  expect(said.slice(0, 2)).toEqual([
    { type: "call-resume", data: {} },
    { type: "hold", data: { held: true } },
  ]);
  peers().at(-1)?.is("connected");
  await settle();
  expect([leg.connected, told.at(-1)]).toEqual([true, "connected"]);
  await bob({ "call-resume": { leaving: true } });
  vi.advanceTimersByTime(30_000);
  expect(ends).toMatchObject([{ reason: "session-lost", by: "network", error: { code: "session-lost" } }]);
});

test("a page that takes up a call hears of the other one's return in either order, and that it is over from the hub", async () => {
  for (const first of [true, false]) {
    const { leg, bob, types, told } = rig("caller", true);
    if (first) await bob({ "call-resume": {} });
    leg.resume();
    if (!first) await bob({ "call-resume": {} });
    await settle();
    peers().at(-1)?.is("connected");
    await settle();
    expect([types()[0], leg.connected, told.at(-1)]).toEqual(["call-resume", true, "connected"]);
    leg.hangUp("done");
  }
  const { leg, bob, ends } = rig("caller", true);
  leg.resume();
  await bob({ error: { code: "unavailable", message: "over" } });
  expect(ends).toMatchObject([{ reason: "session-lost", by: "remote" }]);
});

test("a call that no sound gets through is given up after twenty seconds", async () => {
  const { leg, said, ends } = rig("callee");
  leg.accept();
  await settle();
  vi.advanceTimersByTime(19_999);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ends).toMatchObject([{ reason: "transport-media", by: "error" }]);
  expect(said.at(-1)?.type).toBe("hangup");
  expect(vi.getTimerCount()).toBe(0);
});

/** A call that rings here. */
function incoming() {
  const one = rig("callee");
  const call = new IncomingCall(one.leg, {
    ...{ metadata: {}, waiting: false, timeoutMs: 30_000 },
    take: () => ({}) as Call,
  });
  const positions: (number | undefined)[] = [];
  call.addEventListener("position", ({ position }) => positions.push(position));
  return { ...one, call, positions };
}

test("an incoming call is missed when nobody takes it in time, counted from when it last rang", async () => {
  const { call, said, positions } = incoming();
  vi.advanceTimersByTime(29_999);
  call.ring(1);
  call.ring(1);
  expect(positions).toEqual([1]);
  expect(call.answerBy).toBe(Date.now() + 30_000);
  vi.advanceTimersByTime(29_999);
  expect(call.ended).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(call.ended).toEqual({ outcome: "missed", reason: "timeout" });
  expect(said.at(-1)).toEqual({ type: "call-reject", data: { code: "timeout" } });
  expect(vi.getTimerCount()).toBe(0);
});

test("an incoming call is answered once: what is said afterwards does nothing, and no timer is left", async () => {
  for (const [answer, outcome] of [
    ["declined", "rejected"],
    ["do-not-disturb", "missed"],
  ] as const) {
    const { call, types } = incoming();
    call.reject(answer);
    call.reject("busy");
    call.forward("carol");
    call.ring();
    expect([call.ended, types()]).toEqual([{ outcome, reason: answer }, ["call-reject"]]);
    expect(() => call.accept()).toThrow(expect.objectContaining({ code: "call-state" }));
    expect(vi.getTimerCount()).toBe(0);
  }
  const gone = incoming();
  await gone.bob({ hangup: { reason: "normal" } });
  expect(gone.call.ended).toEqual({ outcome: "missed", reason: "cancelled" });
  const taken = incoming();
  taken.call.accept();
  expect([taken.call.ended?.outcome, vi.getTimerCount()]).toEqual(["accepted", 0]);
});
