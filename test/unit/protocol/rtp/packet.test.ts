import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packRtp, parseRtp, RtpError, type RtpPacket } from "../../../../lib/protocol/rtp/index.ts";

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RtpError) return error.code;
    throw error;
  }
  return "none";
}

const plain: RtpPacket = {
  payloadType: 0,
  marker: false,
  sequence: 0x1234,
  timestamp: 0x89abcdef,
  ssrc: 0xdeadbeef,
  csrc: [],
  payload: Uint8Array.of(1, 2, 3),
};

describe("an RTP packet", () => {
  it("has the twelve bytes of RFC 3550 in front of its payload", () => {
    expect(hexOf(packRtp(plain))).toBe("8000123489abcdefdeadbeef010203");
    expect(parseRtp(bytesOf("8000123489abcdefdeadbeef010203"))).toEqual(plain);
  });

  it("carries marker, contributing sources and an extension", () => {
    const hex = "92e0ffff0000000000000001" + "0000000affffffff" + "bede0001" + "10850000" + "7f";
    const packet: RtpPacket = {
      payloadType: 96,
      marker: true,
      sequence: 0xffff,
      timestamp: 0,
      ssrc: 1,
      csrc: [10, 0xffffffff],
      extension: { profile: 0xbede, data: Uint8Array.of(0x10, 0x85, 0, 0) },
      payload: Uint8Array.of(0x7f),
    };
    expect(parseRtp(bytesOf(hex))).toEqual(packet);
    expect(hexOf(packRtp(packet))).toBe(hex);
  });

  it("leaves padding out of the payload", () => {
    expect(parseRtp(bytesOf("a000000100000002000000030a0b00000003")).payload).toEqual(Uint8Array.of(0x0a, 0x0b, 0));
    expect(parseRtp(bytesOf("a00000010000000200000003000000000004")).payload).toEqual(Uint8Array.of(0, 0));
    expect(parseRtp(bytesOf("a0000001000000020000000300000003")).payload).toEqual(Uint8Array.of(0));
    expect(parseRtp(bytesOf("a0000001000000020000000300000004")).payload).toHaveLength(0);
  });

  it("is refused with a reason when it is cut short, of another version or padded beyond itself", () => {
    expect(codeOf(() => parseRtp(new Uint8Array(0)))).toBe("rtp-short");
    expect(codeOf(() => parseRtp(bytesOf("800012340000000000000")))).toBe("rtp-short");
    expect(
      codeOf(() => parseRtp(bytesOf("8100123400000000000000010000"))),
      "CSRC",
    ).toBe("rtp-short");
    expect(
      codeOf(() => parseRtp(bytesOf("900012340000000000000001bede"))),
      "extension head",
    ).toBe("rtp-short");
    expect(
      codeOf(() => parseRtp(bytesOf("900012340000000000000001bede0002aabbccdd"))),
      "extension",
    ).toBe("rtp-short");
    expect(codeOf(() => parseRtp(bytesOf("4000123400000000000000010000")))).toBe("rtp-version");
    expect(
      codeOf(() => parseRtp(bytesOf("a000123400000000000000010000"))),
      "count 0",
    ).toBe("rtp-padding");
    expect(
      codeOf(() => parseRtp(bytesOf("a000123400000000000000010003"))),
      "count 3 of 2",
    ).toBe("rtp-padding");
    expect(
      codeOf(() => parseRtp(bytesOf("a00012340000000000000001"))),
      "no count",
    ).toBe("rtp-padding");
  });

  it("is not written with values that do not fit", () => {
    const wrong: Partial<RtpPacket>[] = [
      { payloadType: 128 },
      { sequence: 65536 },
      { sequence: -1 },
      { timestamp: 2 ** 32 },
      { timestamp: 1.5 },
      { ssrc: Number.NaN },
      { csrc: new Array(16).fill(1) },
      { csrc: [-1] },
      { extension: { profile: 1, data: new Uint8Array(3) } },
      { extension: { profile: 65536, data: new Uint8Array(4) } },
    ];
    for (const change of wrong) expect(codeOf(() => packRtp({ ...plain, ...change }))).toBe("rtp-field");
  });

  it("survives any round trip, also from the middle of a larger buffer", () => {
    const words = fc.uint8Array({ minLength: 0, maxLength: 5 }).map((head) => new Uint8Array(head.length * 4).fill(7));
    const packets = fc.record(
      {
        payloadType: fc.nat(127),
        marker: fc.boolean(),
        sequence: fc.nat(65535),
        timestamp: fc.nat(0xffffffff),
        ssrc: fc.nat(0xffffffff),
        csrc: fc.array(fc.nat(0xffffffff), { maxLength: 15 }),
        extension: fc.record({ profile: fc.nat(65535), data: words }),
        payload: fc.uint8Array({ maxLength: 40 }),
      },
      { requiredKeys: ["payloadType", "marker", "sequence", "timestamp", "ssrc", "csrc", "payload"] },
    );
    fc.assert(
      fc.property(packets, fc.nat(9), (packet, offset) => {
        const bytes = packRtp(packet as RtpPacket);
        const larger = new Uint8Array(bytes.length + 20).fill(0xff);
        larger.set(bytes, offset);
        expect(parseRtp(larger.subarray(offset, offset + bytes.length))).toEqual(packet);
      }),
      { numRuns: 500, seed: 3550 },
    );
  });

  it("throws nothing but RtpError for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (bytes.length) bytes[0] = (bytes[0]! & 0x3f) | 0x80;
        codeOf(() => parseRtp(bytes));
      }),
      { numRuns: 2000, seed: 1889 },
    );
  });
});
