import { describe, expect, it } from "vitest";
import { decodeSignal, encodePlain } from "../../../../lib/protocol/index.ts";

const dataOf = (message: object): unknown => decodeSignal(JSON.stringify(message)).data;

describe("the plain older form", () => {
  const sdp = "v=0\r\n";
  const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };

  it("may carry a description as text or as an object, under data or under its own name", () => {
    for (const given of [
      { data: { sdp } },
      { data: { type: "offer", sdp } },
      { data: sdp },
      { data: { sdp: { type: "offer", sdp } } },
      { offer: { type: "offer", sdp } },
      { offer: sdp },
      { sdp },
      { sdp: { type: "offer", sdp } },
    ]) {
      expect(dataOf({ type: "offer", to: "b", ...given }), JSON.stringify(given)).toEqual({ sdp });
    }
    expect(dataOf({ type: "answer", to: "b", answer: { type: "answer", sdp } })).toEqual({ sdp });
  });

  it("may carry a candidate under data or beside it, and its end as null or as an empty one", () => {
    expect(dataOf({ type: "candidate", to: "b", data: candidate })).toEqual(candidate);
    expect(dataOf({ type: "candidate", to: "b", candidate })).toEqual(candidate);
    expect(dataOf({ type: "candidate", to: "b", data: { candidate } })).toEqual(candidate);
    expect(dataOf({ type: "candidate", to: "b", candidate: candidate.candidate })).toEqual({
      candidate: candidate.candidate,
    });
    for (const end of [{ data: null }, { candidate: null }, { candidate: "" }, { data: { candidate: "" } }]) {
      expect(dataOf({ type: "candidate", to: "b", ...end }), JSON.stringify(end)).toBeNull();
    }
    expect(() => dataOf({ type: "candidate", to: "b" })).toThrow("data: expected a candidate");
  });

  it("may leave reasons out, or give them as text", () => {
    expect(dataOf({ type: "call-reject", to: "b" })).toEqual({ code: "declined" });
    expect(dataOf({ type: "call-reject", to: "b", reason: "no" })).toEqual({ code: "declined", reason: "no" });
    expect(dataOf({ type: "call-reject", to: "b", data: { code: "busy" } })).toEqual({ code: "busy" });
    expect(dataOf({ type: "hangup", to: "b", data: "bye" })).toEqual({ reason: "bye" });
    expect(dataOf({ type: "call-request", to: "b", data: "hello?" })).toEqual({});
    expect(dataOf({ type: "call-accept", to: "b", data: null })).toEqual({});
  });

  it("is no excuse for a message of today", () => {
    expect(() => dataOf({ type: "offer", to: "b", callId: "c", sdp })).toThrow("data");
    expect(() => dataOf({ type: "hold", to: "b", held: true })).toThrow("data");
  });

  it("is written so that both ways of reading it find what they look for", () => {
    const message = decodeSignal(JSON.stringify({ type: "offer", to: "b", from: "a", callId: "c", data: { sdp } }));
    const description = { type: "offer", sdp };
    expect(JSON.parse(encodePlain(message)!)).toEqual({
      type: "offer",
      to: "b",
      from: "a",
      callId: "c",
      data: description,
      offer: description,
    });
    const end = decodeSignal('{"type":"candidate","callId":"c","data":null}');
    expect(JSON.parse(encodePlain(end)!)).toMatchObject({ data: null, candidate: null });
  });

  it("knows nothing of what came later", () => {
    expect(encodePlain({ type: "hold", to: "b", callId: "c", data: { held: true } })).toBeUndefined();
    expect(encodePlain({ type: "presence", from: "b", data: { status: "away" } })).toBeUndefined();
  });
});
