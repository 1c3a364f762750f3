import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compileEntry } from "./compile.ts";
import { paintGuards } from "./guards.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly RING: WebAssembly.Global;
  readonly RING_BYTES: WebAssembly.Global;
  area(): number;
  ringOpen(capacity: number): void;
  ringHeld(): number;
  ringRoom(): number;
  ringWrite(source: number, bytes: number): number;
  ringRead(target: number, bytes: number): number;
  ringDiscard(bytes: number): number;
}

let wasm: Exports;
let area: Uint8Array;

beforeAll(async () => {
  wasm = (await compileEntry("ring")).exports as unknown as Exports;
  area = new Uint8Array(wasm.memory.buffer, wasm.area(), 65_536);
}, 60_000);

const step = fc.record({
  kind: fc.constantFrom("write", "read", "discard"),
  bytes: fc.integer({ min: 0, max: 700 }),
});

describe("the byte ring", () => {
  test("gives back every byte once and in order, whatever the schedule, and writes nowhere else", () => {
    const ringBytes = wasm.RING_BYTES.value as number;
    const ring = { name: "ring", start: wasm.RING.value as number, bytes: ringBytes };
    const intact = paintGuards(wasm.memory, [ring, { name: "area", start: wasm.area(), bytes: 65_536 }]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        wasm.ringOpen(capacity);
        const beyond = new Uint8Array(wasm.memory.buffer, ring.start + capacity, 64).fill(0x5a);
        const model: number[] = [];
        let next = 0;
        for (const { kind, bytes } of steps) {
          if (kind === "write") {
            for (let i = 0; i < bytes; i++) area[i] = (next + i) % 251;
            const count = wasm.ringWrite(wasm.area(), bytes);
            expect(count).toBe(Math.min(bytes, capacity - model.length));
            for (let i = 0; i < count; i++) model.push((next + i) % 251);
            next += count;
          } else if (kind === "read") {
            const count = wasm.ringRead(wasm.area(), bytes);
            const expected = model.splice(0, bytes);
            expect([...area.subarray(0, count)]).toEqual(expected);
          } else {
            expect(wasm.ringDiscard(bytes)).toBe(model.splice(0, bytes).length);
          }
          expect(wasm.ringHeld()).toBe(model.length);
          expect(wasm.ringRoom()).toBe(capacity - model.length);
        }
        expect(beyond.every((byte) => byte === 0x5a)).toBe(true);
      }),
      { seed: 1, numRuns: 300 },
    );
    intact();
  });

  test("starts over at its first byte when it is empty, so that little of its memory is ever touched", () => {
    wasm.ringOpen(1000);
    const memory = new Uint8Array(wasm.memory.buffer, wasm.RING.value as number, 1000).fill(0);
    for (const take of [() => wasm.ringRead(wasm.area(), 400), () => wasm.ringDiscard(400)]) {
      area.fill(7, 0, 400);
      wasm.ringWrite(wasm.area(), 400);
      expect(take()).toBe(400);
    }
    area.fill(9, 0, 10);
    wasm.ringWrite(wasm.area(), 10);
    expect([...memory.subarray(0, 11)]).toEqual([...new Array(10).fill(9), 7]);
    expect(memory.subarray(400).every((byte) => byte === 0)).toBe(true);
  });

  test("is never larger than its memory, and takes nothing when it has no capacity", () => {
    wasm.ringOpen(2 ** 31 - 1);
    expect(wasm.ringRoom()).toBe(wasm.RING_BYTES.value);
    wasm.ringOpen(-5);
    expect(wasm.ringWrite(wasm.area(), 10)).toBe(0);
    expect(wasm.ringRead(wasm.area(), 10)).toBe(0);
  });
});
