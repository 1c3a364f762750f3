import { describe, expect, it } from "vitest";
import { makeBoard, nobody, type Phone } from "./board.ts";

function inCall(options?: Parameters<typeof makeBoard>[0]) {
  const rig = makeBoard(options);
  const [alice, bob] = [rig.phone("alice"), rig.phone("bob")];
  const token = bob.welcome.resumeToken;
  alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
  bob.say({ type: "call-accept", to: "alice", callId: "c1", seq: 1 });
  const seen = Math.max(...bob.take().map(({ seq = 0 }) => seq));
  alice.take();
  return { ...rig, alice, bob, token, seen };
}

const digit = (digits: string, seq?: number) => ({
  type: "dtmf",
  to: "bob",
  callId: "c1",
  data: { digits },
  ...(seq && { seq }),
});
const digitsOf = (phone: Phone) => phone.heard("dtmf").map(({ data }) => (data as { digits: string }).digits);

describe("a client that lost its connection", () => {
  it("resumes with its token: its calls are kept, and what it missed comes after the welcome, once", async () => {
    const { alice, bob, token, seen, phone, clock, board } = inCall();
    alice.say(digit("1")); // on its way when the connection breaks
    bob.lose();
    alice.say(digit("2"));
    await clock.advance(14_000);
    const again = phone("bob", { resume: token, seen });
    expect(again.welcome).toMatchObject({ id: "bob", resumed: true, received: 1, resumeToken: token });
    expect(again.texts[0]).toContain('"welcome"');
    expect(digitsOf(again)).toEqual(["1", "2"]);
    again.say({ type: "call-accept", to: "alice", callId: "c1", seq: 1 }); // said again, as it may have been lost
    again.say({ type: "hold", to: "alice", callId: "c1", data: { held: true }, seq: 2 });
    expect(alice.heard()).toMatchObject([{ type: "hold" }]);
    await clock.advance(100_000);
    expect(board.stats()).toMatchObject({ resumed: 1, now: { clients: 2, away: 0, established: 1 } });
  });

  it("is taken to have seen what was sent while it was connected, where it does not say", () => {
    const { alice, bob, token, phone } = inCall();
    alice.say(digit("1"));
    bob.lose();
    alice.say(digit("2"));
    expect(digitsOf(phone("bob", { resume: token }))).toEqual(["2"]);
  });

  it("may come again before the hub has noticed: the old connection is closed", () => {
    const { bob, token, phone, board } = inCall();
    const again = phone("bob", { resume: token, seen: 1 });
    expect(bob.closed).toEqual({ code: 4410, reason: "connected again" });
    bob.lose(); // its end comes late, and ends nothing
    expect(again.welcome.resumed).toBe(true);
    expect(board.stats().now).toMatchObject({ clients: 2, away: 0, established: 1 });
  });

  it("is gone when it does not come back in time: its calls end, once", async () => {
    const { alice, bob, token, clock, phone, board } = inCall({ graceMs: 5000 });
    bob.lose();
    await clock.advance(4999);
    expect(alice.heard()).toEqual([]);
    await clock.advance(1);
    expect(alice.heard()).toEqual([{ type: "hangup", from: "bob", callId: "c1", data: { reason: "gone" } }]);
    expect(phone("bob", { resume: token, seen: 1 }).welcome).toMatchObject({ resumed: false, received: 0 });
    expect(board.stats().ended).toMatchObject({ gone: 1 });
  });

  it("is called while it is away, and hears of it when it is back", async () => {
    const { phone, clock } = makeBoard();
    const [alice, bob] = [phone("alice"), phone("bob")];
    const token = bob.welcome.resumeToken;
    bob.lose();
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await clock.advance(5000);
    expect(phone("bob", { resume: token, seen: 0 }).heard()).toMatchObject([{ type: "call-request", callId: "c1" }]);
  });

  it("that was called and does not come back is unavailable", async () => {
    const { phone, clock } = makeBoard();
    const [alice, bob] = [phone("alice"), phone("bob")];
    bob.lose();
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    await clock.advance(15_000);
    expect(alice.heard()).toMatchObject([{ type: "call-reject", callId: "c1", data: { code: "unavailable" } }]);
  });

  it("that called and does not come back stops ringing", async () => {
    const { phone, clock, board } = makeBoard();
    const [alice, bob] = [phone("alice"), phone("bob")];
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    alice.lose();
    bob.take();
    await clock.advance(15_000);
    expect(bob.heard()).toMatchObject([{ type: "hangup", callId: "c1", data: { reason: "gone" } }]);
    bob.lose();
    await clock.advance(15_000);
    expect(board.stats().now).toEqual(nobody);
  });

  it("that missed more than is kept for it begins anew", () => {
    const { alice, bob, token, seen, phone } = inCall({ messageRate: { perSecond: 1000, burst: 1000 } });
    bob.lose();
    for (let count = 0; count < 8; count++)
      alice.say({ type: "offer", to: "bob", callId: "c1", data: { sdp: "x".repeat(40_000) } });
    alice.take();
    expect(phone("bob", { resume: token, seen }).welcome.resumed).toBe(false);
    expect(alice.heard()).toMatchObject([{ type: "hangup", data: { reason: "gone" } }]);
  });

  it("is replaced by who comes under its id without the token: what was before has ended", () => {
    const { alice, bob, phone, seen } = inCall();
    bob.lose();
    const other = phone("bob", { resume: "00000000-0000-0000-0000-000000000000", seen });
    expect(other.welcome.resumed).toBe(false);
    expect(alice.heard()).toMatchObject([{ type: "hangup", data: { reason: "gone" } }]);
  });
});

describe("an id in use", () => {
  it("is refused to others, and its owner does not notice", () => {
    const { phone, board } = makeBoard();
    const [alice, impostor] = [phone("alice"), phone("alice")];
    expect(impostor.heard()).toMatchObject([{ type: "error", data: { code: "duplicate-id" } }]);
    expect(impostor.closed).toMatchObject({ code: 4409 });
    expect(alice.closed).toBeUndefined();
    impostor.lose();
    alice.take();
    alice.say({ type: "ice-servers-request" });
    expect(alice.heard()).toHaveLength(1);
    expect(board.stats()).toMatchObject({ duplicateIds: 1, now: { clients: 1 } });
  });
});

describe("rates at the hub", () => {
  it("cut off who says too much; it may come again, and goes on where it was", async () => {
    const { phone, clock, board } = makeBoard({ messageRate: { perSecond: 10, burst: 3 } });
    const alice = phone("alice");
    const token = alice.welcome.resumeToken;
    alice.take();
    for (let count = 0; count < 5; count++) alice.say({ type: "presence", data: { status: "away" } });
    expect(alice.heard()).toMatchObject([{ type: "error", data: { code: "rate-limited" } }]);
    expect(alice.closed).toMatchObject({ code: 4429 });
    alice.lose();
    await clock.advance(1000);
    expect(phone("alice", { resume: token, seen: 0 }).welcome.resumed).toBe(true);
    expect(board.stats().messages).toMatchObject({ received: 4, rateLimited: 1 });
  });

  it("keep who calls too often waiting, and leave its other messages alone", async () => {
    const { phone, clock } = makeBoard({ callRate: { perSecond: 0.5, burst: 1 } });
    const [alice, bob] = [phone("alice"), phone("bob")];
    bob.take();
    alice.take();
    alice.say({ type: "call-request", to: "bob", callId: "c1", data: {} });
    alice.say({ type: "call-request", to: "bob", callId: "c2", data: {} });
    expect(alice.heard()).toMatchObject([{ type: "error", callId: "c2", data: { code: "rate-limited" } }]);
    alice.say({ type: "hangup", to: "bob", callId: "c1" });
    await clock.advance(2000);
    alice.say({ type: "call-request", to: "bob", callId: "c3", data: {} });
    expect(bob.heard().map(({ type, callId }) => `${type} ${callId}`)).toEqual([
      "call-request c1",
      "hangup c1",
      "call-request c3",
    ]);
  });
});
