import { describe, expect, it } from "vitest";
import { type BoardRig, makeBoard, nobody, type Phone } from "./board.ts";

const request = (to: string, callId: string, data: object = {}) => ({ type: "call-request", to, callId, data });

function two(options?: Parameters<typeof makeBoard>[0]): BoardRig & { alice: Phone; bob: Phone } {
  const rig = makeBoard(options);
  const [alice, bob] = [rig.phone("alice"), rig.phone("bob")];
  alice.take();
  bob.take();
  return { ...rig, alice, bob };
}

function inCall(options?: Parameters<typeof makeBoard>[0]): ReturnType<typeof two> {
  const rig = two(options);
  rig.alice.say(request("bob", "c1"));
  rig.bob.say({ type: "call-accept", to: "alice", callId: "c1" });
  rig.alice.take();
  rig.bob.take();
  return rig;
}

describe("a call through the hub", () => {
  it("rings, is accepted, is talked through and ends, each said to the other side by the hub's word for who says it", () => {
    const { alice, bob, board } = two();
    alice.say({ ...request("bob", "c1", { displayName: "Alice", media: "audio" }), from: "mallory" });
    expect(bob.heard()).toEqual([
      { type: "call-request", from: "alice", callId: "c1", data: { media: "audio", displayName: "Alice" } },
    ]);
    expect(board.stats().now).toMatchObject({ ringing: 1, established: 0 });
    bob.say({ type: "call-ringing", to: "alice", callId: "c1" });
    bob.say({ type: "call-accept", to: "alice", callId: "c1", data: { displayName: "Bob" } });
    expect(alice.heard()).toEqual([
      { type: "call-ringing", from: "bob", callId: "c1", data: {} },
      { type: "call-accept", from: "bob", callId: "c1", data: { displayName: "Bob" } },
    ]);
    expect(board.stats().now).toMatchObject({ ringing: 0, established: 1 });
    const said = [
      { type: "offer", data: { sdp: "v=0" } },
      { type: "candidate", data: null },
      { type: "hold", data: { held: true } },
      { type: "dtmf", data: { digits: "1#" } },
      { type: "call-transfer", data: { target: "carol", replaces: "c9" } },
    ];
    for (const message of said) alice.say({ ...message, to: "bob", callId: "c1" });
    expect(bob.heard()).toEqual(said.map((message) => ({ ...message, from: "alice", callId: "c1" })));
    bob.say({ type: "hangup", to: "alice", callId: "c1", data: { reason: "bye" } });
    expect(alice.heard()).toEqual([{ type: "hangup", from: "bob", callId: "c1", data: { reason: "bye" } }]);
    expect(board.stats()).toMatchObject({ calls: 1, ended: { hangup: 1 }, now: { ringing: 0, established: 0 } });
  });

  it("finds the other side by the call where `to` is left out", () => {
    const { alice, bob } = inCall();
    alice.say({ type: "hold", callId: "c1", data: { held: true } });
    expect(bob.heard()).toEqual([{ type: "hold", from: "alice", callId: "c1", data: { held: true } }]);
  });

  it("to nobody is unavailable, and what follows for it is dropped", () => {
    const { alice } = two();
    alice.say(request("carol", "c1"));
    alice.say({ type: "candidate", to: "carol", callId: "c1", data: null });
    alice.say({ type: "hangup", to: "carol", callId: "c1" });
    expect(alice.heard()).toMatchObject([{ type: "error", callId: "c1", data: { code: "unavailable" } }]);
  });

  it("that nobody takes ends on both sides, once, when it has rung long enough", async () => {
    const { alice, bob, clock, board } = two({ ringTimeoutMs: 20_000 });
    alice.say(request("bob", "c1"));
    bob.take();
    await clock.advance(19_999);
    expect(alice.heard()).toEqual([]);
    await clock.advance(1);
    expect(bob.heard()).toEqual([{ type: "hangup", from: "alice", callId: "c1", data: { reason: "timeout" } }]);
    expect(alice.heard()).toEqual([
      { type: "call-reject", from: "bob", callId: "c1", data: { code: "timeout", reason: "not answered" } },
    ]);
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    alice.say({ type: "hangup", to: "bob", callId: "c1" });
    await clock.advance(100_000);
    expect([alice.heard(), bob.heard()]).toEqual([[], []]);
    expect(board.stats()).toMatchObject({ ended: { timeout: 1, hangup: 0 } });
  });

  it("that was taken does not ring any more", async () => {
    const { alice, bob, clock, board } = inCall();
    await clock.advance(3_600_000);
    expect([alice.heard(), bob.heard()]).toEqual([[], []]);
    expect(board.stats().now.established).toBe(1);
  });

  it("cannot be taken by who placed it, nor twice", () => {
    const { alice, bob } = two();
    alice.say(request("bob", "c1"));
    alice.say({ type: "call-accept", to: "bob", callId: "c1" });
    expect(bob.heard()).toMatchObject([{ type: "call-request" }]);
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    bob.say({ type: "call-accept", to: "alice", callId: "c1" });
    expect(alice.heard()).toMatchObject([{ type: "call-accept" }]);
  });

  it("that both end at the same time ends once at the hub, and nobody is told of a call that is not", () => {
    const { alice, bob, board } = inCall();
    alice.say({ type: "hangup", to: "bob", callId: "c1" });
    bob.say({ type: "hangup", to: "alice", callId: "c1" });
    expect(bob.heard()).toMatchObject([{ type: "hangup" }]);
    expect(alice.heard()).toEqual([]);
    expect(board.stats().ended).toMatchObject({ hangup: 1 });
  });

  it("that both place at the same time is two calls: the clients decide which one stays", () => {
    const { alice, bob } = two();
    alice.say(request("bob", "c1"));
    bob.say(request("alice", "c2"));
    expect(bob.heard()).toMatchObject([{ type: "call-request", callId: "c1", from: "alice" }]);
    expect(alice.heard()).toMatchObject([{ type: "call-request", callId: "c2", from: "bob" }]);
  });

  it("is nobody else's business", () => {
    const { alice, bob, phone } = inCall();
    const mallory = phone("mallory");
    mallory.take();
    mallory.say({ type: "hangup", to: "bob", callId: "c1" });
    mallory.say({ type: "offer", callId: "c1", data: { sdp: "v=0" } });
    alice.say({ type: "hold", to: "mallory", callId: "c1", data: { held: true } });
    expect(mallory.heard()).toMatchObject([
      { type: "error", callId: "c1", data: { code: "bad-request" } },
      { type: "error", callId: "c1", data: { code: "bad-request" } },
    ]);
    expect(alice.heard()).toMatchObject([{ type: "error", data: { code: "bad-request" } }]);
    expect(bob.heard()).toEqual([]);
  });

  it("has an id of its own: one that is or was in use is refused, and the same request twice is one", () => {
    const { alice, bob, phone } = two();
    const carol = phone("carol");
    alice.say(request("bob", "c1"));
    alice.say(request("bob", "c1"));
    expect(bob.heard()).toHaveLength(1);
    carol.take();
    carol.say(request("bob", "c1"));
    expect(carol.heard()).toMatchObject([{ type: "error", data: { code: "bad-request" } }]);
    bob.say({ type: "call-reject", to: "alice", callId: "c1", data: { code: "declined" } });
    expect(alice.heard()).toMatchObject([{ type: "call-reject", data: { code: "declined" } }]);
    alice.say(request("bob", "c1"));
    expect(alice.heard()).toMatchObject([{ type: "error", data: { code: "bad-request" } }]);
  });

  it("to oneself, or to nobody at all, is no call", () => {
    const { alice } = two();
    alice.say(request("alice", "c1"));
    alice.say({ type: "call-request", callId: "c2" });
    expect(alice.heard().map(({ data }) => data)).toMatchObject([{ code: "bad-request" }, { code: "bad-request" }]);
  });

  it("is sent elsewhere by who is called, and only before it is taken", () => {
    const { alice, bob, board } = two();
    alice.say(request("bob", "c1"));
    alice.say({ type: "call-redirect", to: "bob", callId: "c1", data: { target: "carol" } });
    expect(alice.heard()).toMatchObject([{ type: "error", data: { code: "bad-request" } }]);
    bob.say({ type: "call-redirect", to: "alice", callId: "c1", data: { target: "carol", reason: "lunch" } });
    expect(alice.heard()).toEqual([
      { type: "call-redirect", from: "bob", callId: "c1", data: { target: "carol", reason: "lunch" } },
    ]);
    expect(board.stats()).toMatchObject({ ended: { redirected: 1 }, now: { ringing: 0 } });
  });

  it("is routed by the hub where it has a rule", () => {
    const { alice, bob, board, log } = two({
      route: ({ from, to, data }) => {
        if (to === "sales") return { redirect: "bob", reason: "on duty" };
        if (data.displayName === "Spam") return { reject: "declined" };
        if (to === "broken") throw new Error("no database");
        if (to === "nonsense") return { redirect: "" };
        return from === "alice" ? undefined : { reject: "do-not-disturb", reason: "closed" };
      },
    });
    for (const to of ["sales", "broken", "nonsense", "bob"]) alice.say(request(to, `to ${to}`));
    alice.say(request("bob", "spam", { displayName: "Spam" }));
    bob.say(request("alice", "b1"));
    expect(alice.heard()).toMatchObject([
      { type: "call-redirect", from: "sales", callId: "to sales", data: { target: "bob", reason: "on duty" } },
      { type: "error", callId: "to broken", data: { code: "unavailable" } },
      { type: "error", callId: "to nonsense", data: { code: "unavailable" } },
      { type: "call-reject", from: "bob", callId: "spam", data: { code: "declined" } },
    ]);
    expect(bob.heard()).toMatchObject([
      { type: "call-request", callId: "to bob" },
      { type: "call-reject", callId: "b1", data: { code: "do-not-disturb", reason: "closed" } },
    ]);
    expect(board.stats()).toMatchObject({ calls: 1 });
    expect(log.filter((line) => line.includes("route failed"))).toHaveLength(2);
  });

  it("is busy where one side has all the calls it may have", () => {
    const { alice, bob, phone } = two({ maxCallsPerClient: 2 });
    const carol = phone("carol");
    carol.take();
    alice.say(request("bob", "c1"));
    alice.say(request("bob", "c2"));
    alice.say(request("bob", "c3"));
    carol.say(request("bob", "c4"));
    expect(bob.heard()).toHaveLength(2);
    expect(alice.heard()).toMatchObject([{ type: "error", callId: "c3", data: { code: "busy" } }]);
    expect(carol.heard()).toMatchObject([{ type: "error", callId: "c4", data: { code: "busy" } }]);
  });

  it("of before a restart passes, and is not counted, where one side has all the calls it may have", () => {
    const { alice, bob, board } = two({ maxCallsPerClient: 1 });
    for (const callId of ["old", "older"]) {
      alice.say({ type: "hold", to: "bob", callId, data: { held: true } });
      expect(bob.heard()).toMatchObject([{ type: "hold", from: "alice", callId }]);
    }
    expect(board.stats()).toMatchObject({ calls: 1, now: { established: 1 } });
  });

  it("goes on after a restart of the hub: what belongs to it passes, and makes it known", async () => {
    const { alice, bob, board, clock } = two();
    alice.say({ type: "offer", to: "bob", callId: "old", data: { sdp: "v=0" } });
    expect(bob.heard()).toMatchObject([{ type: "offer", from: "alice", callId: "old" }]);
    expect(board.stats().now.established).toBe(1);
    bob.say({ type: "hangup", to: "alice", callId: "older" });
    expect(alice.heard()).toMatchObject([{ type: "hangup", callId: "older" }]);
    bob.say({ type: "hangup", to: "alice", callId: "old" });
    alice.say({ type: "candidate", to: "bob", callId: "old", data: null });
    expect(alice.heard()).toMatchObject([{ type: "hangup", callId: "old" }]);
    expect(bob.heard()).toEqual([]);
    alice.say({ type: "hold", to: "carol", callId: "with carol", data: { held: true } });
    alice.say({ type: "hangup", to: "carol", callId: "with carol" });
    expect(alice.heard()).toMatchObject([{ type: "error", callId: "with carol", data: { code: "unavailable" } }]);
    alice.lose();
    bob.lose();
    await clock.advance(20_000);
    expect(board.stats().now).toEqual(nobody);
  });

  it("is refused in words that can be sent, whatever was wrong with it", () => {
    const { alice } = two();
    for (const key of ["😀".repeat(600), `x${"😀".repeat(600)}`, "\u0000".repeat(600)])
      alice.say(request("bob", "c1", { metadata: { [key]: 1e300 } }));
    alice.say(
      `{"type":"call-request","callId":"c1","to":"bob","data":{"metadata":{"a":[${"1e15,".repeat(10_000)}1]}}}`,
    );
    expect(alice.heard().map(({ data }) => data)).toMatchObject(Array(4).fill({ code: "bad-request" }));
  });

  it("leaves neither a description nor its id nor a token in a log", () => {
    const { alice, bob, log, phone } = two();
    alice.say(request("bob", "secret-call"));
    bob.say({ type: "call-accept", to: "alice", callId: "secret-call" });
    alice.say({ type: "offer", to: "bob", callId: "secret-call", data: { sdp: "v=0 a=fingerprint:sha-256" } });
    alice.say({ type: "offer", to: "bob", callId: "secret-call", data: { sdp: 7, x: "a=fingerprint" } });
    const token = phone("carol").welcome.resumeToken;
    bob.lose();
    const written = log.join("\n");
    expect(written).toContain("call accepted");
    expect(written).not.toMatch(/secret-call|fingerprint/);
    expect(written).not.toContain(token);
  });
});

it("who waits in a queue, and is told so, does not time out; from its turn on it rings for the whole time", async () => {
  const { clock, phone } = makeBoard({ ringTimeoutMs: 30_000 });
  const [alice, bob] = [phone("alice"), phone("bob")];
  alice.say({ type: "call-request", to: "bob", callId: "call-1", data: {} });
  for (const position of [2, 2, 1, 1]) {
    bob.say({ type: "call-ringing", to: "alice", callId: "call-1", data: { position } });
    await clock.advance(20_000);
  }
  bob.say({ type: "call-ringing", to: "alice", callId: "call-1", data: {} });
  await clock.advance(29_000);
  bob.say({ type: "call-ringing", to: "alice", callId: "call-1", data: {} });
  expect(alice.heard("call-reject")).toEqual([]);
  await clock.advance(2000);
  expect(alice.heard("call-reject")).toMatchObject([{ data: { code: "timeout" } }]);
});
