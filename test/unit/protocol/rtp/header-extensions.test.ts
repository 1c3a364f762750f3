import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dbovOf,
  packAudioLevel,
  packHeaderExtensions,
  packRtp,
  parseAudioLevel,
  parseHeaderExtensions,
  parseRtp,
  RtpError,
} from "../../../../lib/protocol/rtp/index.ts";

const extensionOf = (...bytes: number[]) => ({ profile: 0xbede, data: Uint8Array.from(bytes) });

describe("header extensions in the one-byte form", () => {
  it("reads the example of RFC 8285: one, two and four bytes, with padding between", () => {
    const extension = extensionOf(0x10, 0xaa, 0x21, 0xbb, 0xbc, 0, 0, 0x33, 1, 2, 3, 4);
    const elements = parseHeaderExtensions(extension);
    expect([...elements]).toEqual([
      [1, Uint8Array.of(0xaa)],
      [2, Uint8Array.of(0xbb, 0xbc)],
      [3, Uint8Array.of(1, 2, 3, 4)],
    ]);
  });

  it("stops at identifier 15, and at an element that reaches beyond the end", () => {
    expect([...parseHeaderExtensions(extensionOf(0x10, 1, 0xf0, 9, 0x20, 2, 0, 0)).keys()]).toEqual([1]);
    expect([...parseHeaderExtensions(extensionOf(0x10, 1, 0x25, 9)).keys()]).toEqual([1]);
  });

  it("finds nothing in an absent extension or one of another form", () => {
    expect(parseHeaderExtensions(undefined).size).toBe(0);
    expect(parseHeaderExtensions({ profile: 0x1000, data: Uint8Array.of(1, 1, 0xaa, 0) }).size).toBe(0);
  });

  it("fills up to whole words and comes back from a packet", () => {
    const elements = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 14 }), fc.uint8Array({ minLength: 1, maxLength: 16 })),
      {
        selector: ([id]) => id,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(elements, (list) => {
        const extension = packHeaderExtensions(list);
        expect(extension.data.length % 4).toBe(0);
        const base = { payloadType: 9, marker: false, sequence: 1, timestamp: 2, ssrc: 3, csrc: [] };
        const packet = parseRtp(packRtp({ ...base, extension, payload: new Uint8Array(1) }));
        expect([...parseHeaderExtensions(packet.extension)]).toEqual(list);
      }),
      { numRuns: 300, seed: 8285 },
    );
  });

  it("refuses identifiers and lengths that the form does not have", () => {
    for (const [id, length] of [
      [0, 1],
      [15, 1],
      [1, 0],
      [1, 17],
    ] as const) {
      expect(() => packHeaderExtensions([[id, new Uint8Array(length)]])).toThrow(RtpError);
    }
  });
});

describe("the audio level (RFC 6464)", () => {
  it("is one byte: the voice flag and the level below overload", () => {
    expect(packAudioLevel({ levelDbov: -5, voice: true })).toEqual(Uint8Array.of(0x85));
    expect(parseAudioLevel(Uint8Array.of(0x85))).toEqual({ levelDbov: -5, voice: true });
    expect(parseAudioLevel(Uint8Array.of(0))).toEqual({ levelDbov: 0, voice: false });
    for (let byte = 0; byte < 256; byte++) expect(packAudioLevel(parseAudioLevel(Uint8Array.of(byte)))[0]).toBe(byte);
  });

  it("keeps any level within the field", () => {
    const levels = [3, -127.4, -400, Number.NEGATIVE_INFINITY, Number.NaN, -42.6];
    expect(levels.map((levelDbov) => packAudioLevel({ levelDbov, voice: false })[0])).toEqual([
      0, 127, 127, 127, 127, 43,
    ]);
  });

  it("is 0 for a full-scale square and -127 for silence", () => {
    expect([1, 0.1, 0, 1e-9].map(dbovOf)).toEqual([0, -20, -127, -127]);
  });

  it("cannot be read from nothing", () => {
    expect(() => parseAudioLevel(new Uint8Array(0))).toThrow(RtpError);
  });
});
