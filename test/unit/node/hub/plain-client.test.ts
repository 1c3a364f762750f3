import { describe, expect, it } from "vitest";
import { makeBoard, nobody } from "./board.ts";

const sdp = "v=0\r\n";

function rig() {
  const board = makeBoard();
  const old = board.phone("clientA", { plain: true });
  const page = board.phone("bob");
  page.take();
  /** Everything the older client gets, as it gets it. */
  const read = () => old.texts.splice(0).map((text) => JSON.parse(text) as Record<string, unknown>);
  return { ...board, old, page, read };
}

describe("a client of the plain older form", () => {
  it("calls a client of today, talks and hangs up, without naming the call once", async () => {
    const { old, page, read, board, clock } = rig();
    old.say({ type: "call-request", to: "bob" });
    const [request] = page.take();
    const { callId } = request!;
    expect(callId).toMatch(/^[0-9a-f-]{36}$/);
    expect(request).toMatchObject({ type: "call-request", from: "clientA", data: {} });
    page.say({ type: "call-ringing", to: "clientA", callId });
    page.say({ type: "call-accept", to: "clientA", callId, data: { displayName: "Bob" } });
    expect(read()).toMatchObject([{ type: "call-accept", from: "bob", to: "clientA" }]);
    old.say({ type: "offer", to: "bob", offer: { type: "offer", sdp } });
    old.say({ type: "candidate", to: "bob", candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 } });
    expect(page.heard()).toEqual([
      { type: "offer", from: "clientA", callId, data: { sdp } },
      {
        type: "candidate",
        from: "clientA",
        callId,
        data: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 },
      },
    ]);
    page.say({ type: "answer", to: "clientA", callId, data: { sdp } });
    page.say({ type: "candidate", to: "clientA", callId, data: null });
    page.say({ type: "hold", to: "clientA", callId, data: { held: true } });
    const description = { type: "answer", sdp };
    expect(read()).toMatchObject([
      { type: "answer", from: "bob", data: description, answer: description },
      { type: "candidate", from: "bob", data: null, candidate: null },
    ]);
    old.say({ type: "hangup", to: "bob" });
    expect(page.heard()).toEqual([{ type: "hangup", from: "clientA", callId, data: {} }]);
    old.say({ type: "hangup", to: "bob" }); // again, as those do
    expect(read()).toEqual([]);
    old.lose();
    page.lose();
    await clock.advance(15_000);
    expect(board.stats().now).toEqual(nobody);
  });

  it("is called by a client of today, and takes the call", () => {
    const { old, page, read } = rig();
    page.say({ type: "call-request", to: "clientA", callId: "c1", data: { displayName: "Bob" } });
    expect(read()).toMatchObject([{ type: "call-request", from: "bob", to: "clientA", data: { displayName: "Bob" } }]);
    old.say({ type: "call-accept", to: "bob", data: {} });
    page.say({ type: "offer", to: "clientA", callId: "c1", data: { sdp } });
    old.say({ type: "answer", to: "bob", data: { type: "answer", sdp } });
    page.say({ type: "hangup", to: "clientA", callId: "c1", data: { reason: "bye" } });
    expect(page.heard().map(({ type, callId }) => [type, callId])).toEqual([
      ["call-accept", "c1"],
      ["answer", "c1"],
    ]);
    expect(read()).toMatchObject([
      { type: "offer", data: { type: "offer", sdp } },
      { type: "hangup", data: { reason: "bye" } },
    ]);
  });

  it("rejects, and is rejected", () => {
    const { old, page, read } = rig();
    page.say({ type: "call-request", to: "clientA", callId: "c1", data: {} });
    old.say({ type: "call-reject", to: "bob", reason: "not now" });
    expect(page.heard()).toEqual([
      { type: "call-reject", from: "clientA", callId: "c1", data: { code: "declined", reason: "not now" } },
    ]);
    old.say({ type: "call-request", to: "bob", data: {} });
    page.say({ type: "call-reject", callId: page.take()[0]!.callId, data: { code: "busy" } });
    expect(read().at(-1)).toMatchObject({ type: "call-reject", from: "bob", data: { code: "busy" } });
  });

  it("talks to another one of its kind", () => {
    const { old, phone, read } = rig();
    const other = phone("clientB", { plain: true });
    old.say({ type: "call-request", to: "clientB" });
    other.say({ type: "call-accept", to: "clientA" });
    old.say({ type: "offer", to: "clientB", data: { type: "offer", sdp } });
    other.lose();
    expect(read().map(({ type }) => type)).toEqual(["call-accept", "hangup"]);
    expect(other.texts.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(["call-request", "offer"]);
  });

  it("gets nothing that it would not know: no welcome, no presence, no errors of today", async () => {
    const { old, read, clock, phone } = rig();
    phone("carol");
    expect(read()).toEqual([]);
    old.say({ type: "call-request", to: "nobody" });
    old.say({ type: "candidate", to: "nobody", data: null });
    expect(read()).toMatchObject([{ type: "call-reject", from: "nobody", data: { code: "unavailable" } }]);
    old.say({ type: "call-request", to: "carol" });
    await clock.advance(30_000);
    expect(read()).toMatchObject([{ type: "call-reject", from: "carol", data: { code: "timeout" } }]);
  });

  it("has one call with each other client: a second one, the other way too, is busy", () => {
    const { old, page, read } = rig();
    old.say({ type: "call-request", to: "bob" });
    page.take();
    page.say({ type: "call-request", to: "clientA", callId: "c2", data: {} });
    expect(page.heard()).toMatchObject([{ type: "error", callId: "c2", data: { code: "busy" } }]);
    old.say({ type: "call-request", to: "bob" });
    expect(read()).toMatchObject([{ type: "call-reject", data: { code: "busy" } }]);
    old.say({ type: "hangup", to: "bob" });
    expect(page.heard()).toMatchObject([{ type: "hangup" }]);
  });

  it("is told of a redirection as of a rejection, and cannot be transferred", () => {
    const { old, page, read } = rig();
    old.say({ type: "call-request", to: "bob" });
    page.say({ type: "call-redirect", callId: page.take()[0]!.callId, data: { target: "carol" } });
    expect(read()).toMatchObject([{ type: "call-reject", data: { code: "redirected", reason: "call carol" } }]);
    page.say({ type: "call-request", to: "clientA", callId: "c2", data: {} });
    old.say({ type: "call-accept", to: "bob" });
    page.take();
    page.say({ type: "call-transfer", to: "clientA", callId: "c2", data: { target: "carol" } });
    expect(page.heard()).toMatchObject([{ type: "error", callId: "c2", data: { code: "bad-request" } }]);
  });

  it("is gone as soon as its connection is: it cannot resume", async () => {
    const { old, page, board, clock } = rig();
    await clock.advance(1000);
    old.say({ type: "call-request", to: "bob" });
    page.take();
    old.lose();
    expect(page.heard("hangup", "presence")).toMatchObject([
      { type: "hangup", data: { reason: "gone" } },
      { type: "presence", from: "clientA", data: { status: "offline" } },
    ]);
    expect(board.stats().now).toMatchObject({ clients: 1, ringing: 0 });
  });

  it("is a client of today from its first message that only those send", () => {
    const { old, page } = rig();
    old.say({ type: "presence", data: { status: "busy" } });
    expect(old.welcome).toMatchObject({ id: "clientA", resumed: false });
    expect(old.heard("presence-list")).toMatchObject([{ data: { clients: [{ id: "bob" }] } }]);
    page.say({ type: "call-request", to: "clientA", callId: "c1", data: {} });
    expect(old.heard()).toMatchObject([{ type: "call-request", callId: "c1" }]);
  });
});
