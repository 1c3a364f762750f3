import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WebSocketFrames } from "../../../lib/testing/node/websocket-frames.ts";

const upgrade = Buffer.from(
  "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
  "latin1",
);

/** A frame, and where its payload is in it (RFC 6455 §5.2). */
function frame(length: number, masked: boolean, form: 0 | 2 | 8): { bytes: Buffer; payload: number } {
  const short = form === 0 ? length : form === 2 ? 126 : 127;
  const header = Buffer.alloc(2 + form + (masked ? 4 : 0));
  header[0] = 0x82;
  header[1] = short | (masked ? 128 : 0);
  if (form === 2) header.writeUInt16BE(length, 2);
  if (form === 8) header.writeBigUInt64BE(BigInt(length), 2);
  return { bytes: Buffer.concat([header, Buffer.alloc(length, 0xff)]), payload: header.length };
}

/** Pushes `bytes` in pieces; returns a mark for every byte: 0 for no payload, 1 for payload, 2 for the last one of a frame. */
function marks(bytes: Buffer, cuts: readonly number[]): number[] {
  const frames = new WebSocketFrames();
  const result: number[] = [];
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    const piece = bytes.subarray(from, cut);
    from = cut;
    const own = new Array<number>(piece.length).fill(0);
    for (const { from: start, to, goesOn } of frames.push(piece)) {
      own.fill(1, start, to);
      if (!goesOn) own[to - 1] = 2;
    }
    result.push(...own);
  }
  return result;
}

describe("WebSocketFrames", () => {
  it("finds the payload of every frame, however the bytes are cut", () => {
    const shape = fc
      .tuple(fc.constantFrom<0 | 2 | 8>(0, 2, 8), fc.nat(300), fc.boolean())
      .map(([form, length, masked]) => frame(form === 0 ? length % 126 : length, masked, form));
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 6 }), fc.array(fc.nat(2000), { maxLength: 8 }), (shapes, cuts) => {
        const bytes = Buffer.concat([upgrade, ...shapes.map((one) => one.bytes)]);
        const expected = new Array<number>(upgrade.length).fill(0);
        for (const { bytes: whole, payload } of shapes) {
          const own = new Array<number>(whole.length).fill(1).fill(0, 0, payload);
          if (whole.length > payload) own[whole.length - 1] = 2;
          expected.push(...own);
        }
        expect(marks(bytes, cuts)).toEqual(expected);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it.each([
    ["TLS", Buffer.from([0x16, 3, 1, 0, 200, ...new Array<number>(300).fill(7)])],
    ["HTTP without an upgrade", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n\x82\x05hello", "latin1")],
    ["a head without an end", Buffer.from(`GET / HTTP/1.1\r\n${"x".repeat(40_000)}`, "latin1")],
  ])("finds no frames in %s", (_, bytes) => {
    const frames = new WebSocketFrames();
    for (let at = 0; at < bytes.length; at += 97) expect(frames.push(bytes.subarray(at, at + 97))).toEqual([]);
    expect(frames.following).toBe(false);
  });
});
