import { describe, expect, it } from "vitest";
import {
  codecBytesPerSecond,
  codecFrameBytes,
  codecId,
  findCodec,
  parseCodec,
  pickCodec,
  profiles,
} from "../../../lib/protocol/index.ts";

describe("codec identifiers", () => {
  it.each([
    ["L16/8000/1", 16, 320],
    ["L16/16000/1", 16, 640],
    ["L16/24000/1", 16, 960],
    ["L16/48000/1", 16, 1920],
    ["PCMU/8000/1", 8, 160],
    ["PCMA/8000/1", 8, 160],
    ["G722/16000/1", 4, 160],
  ])("%s has %i bits a sample and %i bytes a 20 ms frame", (id, bits, frameBytes) => {
    const codec = parseCodec(id);
    expect(codec).toEqual({
      id,
      name: id.split("/")[0],
      sample_rate: Number(id.split("/")[1]),
      bit_depth: bits,
      channels: 1,
    });
    expect(codecFrameBytes(codec)).toBe(frameBytes);
    expect(codecBytesPerSecond(codec)).toBe(frameBytes * 50);
    expect(codecId(codec.name as "L16", codec.sample_rate)).toBe(id);
  });

  it.each([
    "",
    "L16",
    "L16/8000",
    "L16/8000/2",
    "L16/08000/1",
    "L16/8000/1/",
    "L16/44100/1",
    "l16/8000/1",
    "opus/48000/2",
    "__proto__/8000/1",
    "toString/8000/1",
  ])("%j is none of ours", (id) => {
    expect(findCodec(id)).toBeUndefined();
    expect(() => parseCodec(id)).toThrow(expect.objectContaining({ code: "protocol-codec" }));
  });

  it("are known for every profile", () => {
    for (const { codecs } of profiles) for (const id of codecs) expect(findCodec(id)?.id).toBe(id);
  });
});

describe("picking a codec", () => {
  const [narrow, wide] = [parseCodec("L16/8000/1"), parseCodec("L16/16000/1")];
  const foreign = { id: "OPUS/48000/2", name: "OPUS", sample_rate: 48000, bit_depth: 16, channels: 2 };

  it("follows the offer without preferences, and preferences where there are some", () => {
    expect(pickCodec([foreign, narrow, wide])).toBe(narrow);
    expect(pickCodec([narrow, wide], ["G722/16000/1", "L16/16000/1", "L16/8000/1"])).toBe(wide);
  });

  it("picks nothing where nothing fits, or where an offer contradicts its identifier", () => {
    expect(pickCodec([foreign])).toBeNull();
    expect(pickCodec([narrow], ["L16/16000/1"])).toBeNull();
    expect(pickCodec([{ ...narrow, sample_rate: 16000 }])).toBeNull();
  });
});
