import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReorderBuffer } from "../../../../lib/node/webrtc/reorder-buffer.ts";

/** What comes out for these sequence numbers: the number, or how many were lost before it and the number. */
function run(sequences: readonly number[], ssrcs: readonly number[] = []) {
  const buffer = new ReorderBuffer<{ sequence: number; ssrc: number }>();
  const out: string[] = [];
  sequences.forEach((sequence, at) => {
    for (const { packet, lost } of buffer.push({ sequence, ssrc: ssrcs[at] ?? 1 })) {
      out.push(lost ? `${lost}·${packet.sequence}` : `${packet.sequence}`);
    }
  });
  return { out: out.join(" "), ...buffer.counters };
}

describe("the reorder buffer", () => {
  it("hands on at once what comes in order, over the end of the numbers, too", () => {
    expect(run([65533, 65534, 65535, 0, 1])).toEqual({ out: "65533 65534 65535 0 1", lost: 0, late: 0 });
  });

  it("puts packets that were swapped in their place", () => {
    expect(run([10, 12, 11, 13, 16, 15, 14, 17])).toEqual({ out: "10 11 12 13 14 15 16 17", lost: 0, late: 0 });
  });

  it("gives a packet up when three came behind it, and says so", () => {
    expect(run([10, 12, 13])).toEqual({ out: "10", lost: 0, late: 0 });
    expect(run([10, 12, 13, 14, 15])).toEqual({ out: "10 1·12 13 14 15", lost: 1, late: 0 });
    expect(run([65534, 1, 3, 2, 4])).toEqual({ out: "65534 2·1 2 3 4", lost: 2, late: 0 });
  });

  it("drops what comes twice, and what comes after it was given up", () => {
    expect(run([10, 10, 12, 12, 11, 11, 13])).toEqual({ out: "10 11 12 13", lost: 0, late: 3 });
    expect(run([10, 12, 13, 14, 11, 15])).toEqual({ out: "10 1·12 13 14 15", lost: 1, late: 1 });
  });

  it("begins anew after a jump, and with another source", () => {
    expect(run([10, 11, 9000, 9001])).toEqual({ out: "10 11 9000 9001", lost: 0, late: 0 });
    expect(run([10, 11, 11, 12], [1, 1, 2, 2])).toEqual({ out: "10 11 11 12", lost: 0, late: 0 });
  });

  it("delivers in order, nothing twice, and accounts for every number, whatever a network does", () => {
    const network = fc.array(fc.record({ drop: fc.nat(9), delay: fc.nat(4) }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.nat(65535), network, (start, fates) => {
        const arrivals = fates
          .map(({ drop, delay }, at) => ({
            sequence: (start + at) & 0xffff,
            at: at + delay,
            drop: drop === 0 && at > 0,
          }))
          .filter(({ drop }) => !drop)
          .sort((a, b) => a.at - b.at);
        const buffer = new ReorderBuffer<{ sequence: number; ssrc: number }>();
        let next: number | undefined;
        for (const { sequence } of arrivals) {
          for (const { packet, lost } of buffer.push({ sequence, ssrc: 1 })) {
            if (next !== undefined) expect((packet.sequence - next) & 0xffff).toBe(lost);
            next = (packet.sequence + 1) & 0xffff;
          }
        }
      }),
      { seed: 20, numRuns: 300 },
    );
  });
});
