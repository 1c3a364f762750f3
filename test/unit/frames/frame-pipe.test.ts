import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createFramePipe, type FrameEnd, FrameReader, FrameWriter, transferables } from "../../../lib/frames/index.ts";
import { SharedRing } from "../../../lib/frames/shared-ring.ts";

interface Got {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

const open: { close(): void }[] = [];
afterEach(() => {
  for (const end of open.splice(0)) end.close();
});

function pipe(shared: boolean, capacityBytes = 4096) {
  const { tx, rx } = createFramePipe({ shared, capacityBytes });
  const got: Got[] = [];
  const reader = new FrameReader(rx, (bytes, atMs) => got.push({ bytes: bytes.slice(), atMs }));
  const writer = new FrameWriter(tx);
  open.push(reader, writer);
  return { tx, rx, writer, reader, got };
}

/** A frame whose every byte depends on its number. */
function frame(number: number, length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => (number * 31 + index * 7) & 255);
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe.each([
  ["port", false],
  ["shared", true],
] as const)("a %s frame pipe", (kind, shared) => {
  it("hands on frames in order, whole, with the writer's stamps", async () => {
    const { writer, reader, got } = pipe(shared);
    reader.listen();
    const frames = [0, 1, 640, 3, 160].map((length, number) => frame(number, length));
    frames.forEach((bytes, number) => {
      expect(writer.write(bytes, 1_700_000_000_000.25 + number)).toBe(true);
    });
    await until(() => got.length === frames.length);
    expect(got).toEqual(frames.map((bytes, number) => ({ bytes, atMs: 1_700_000_000_000.25 + number })));
    expect(writer.counters).toEqual({ frames: 5, bytes: 804, droppedFrames: 0, droppedBytes: 0 });
    expect(reader.counters).toEqual(writer.counters);
  });

  it("leaves the caller its bytes", async () => {
    const { writer, reader, got } = pipe(shared);
    reader.listen();
    const bytes = frame(1, 320);
    writer.write(bytes, 1);
    bytes.fill(0);
    await until(() => got.length === 1);
    expect(got[0]?.bytes).toEqual(frame(1, 320));
    expect(bytes.length).toBe(320);
  });

  it("refuses and counts frames while it is full, and takes them again when the reader caught up", async () => {
    const { writer, reader, got } = pipe(shared, 2048);
    let accepted = 0;
    while (writer.write(frame(accepted, 160), accepted)) accepted++;
    expect(accepted).toBeGreaterThanOrEqual(11);
    expect(accepted * 160).toBeLessThanOrEqual(2048);
    expect(writer.write(frame(0, 160), 0)).toBe(false);
    expect(writer.counters).toEqual({ frames: accepted, bytes: accepted * 160, droppedFrames: 2, droppedBytes: 320 });
    reader.listen();
    await until(() => got.length === accepted);
    await until(() => writer.write(frame(99, 160), 99));
    await until(() => got.length === accepted + 1);
    expect(got.map((one) => one.atMs)).toEqual([...Array(accepted).keys(), 99]);
    expect(got.at(-1)?.bytes).toEqual(frame(99, 160));
  });

  it("refuses and counts a frame that is larger than itself", () => {
    const { writer } = pipe(shared, 1024);
    expect(writer.write(new Uint8Array(1025), 0)).toBe(false);
    expect(writer.counters).toMatchObject({ frames: 0, droppedFrames: 1, droppedBytes: 1025 });
  });

  it("keeps taking frames of the largest size it accepts", async () => {
    const { writer, reader, got } = pipe(shared, 1024);
    reader.listen();
    for (let number = 0; number < 20; number++) {
      await until(() => writer.write(frame(number, 896), number));
      await until(() => got.length === number + 1);
    }
    expect(got[19]?.bytes).toEqual(frame(19, 896));
  });

  it("delivers what was written before the writer closed, and takes nothing after", async () => {
    const { writer, reader, got } = pipe(shared);
    writer.write(frame(1, 100), 1);
    writer.close();
    writer.close();
    expect(writer.write(frame(2, 100), 2)).toBe(false);
    reader.listen();
    await until(() => got.length === 1);
    expect(got[0]?.bytes).toEqual(frame(1, 100));
  });

  it("delivers nothing after the reader closed, even from inside its callback", async () => {
    const { tx, rx } = createFramePipe({ shared, capacityBytes: 4096 });
    let frames = 0;
    const reader = new FrameReader(rx, () => {
      frames++;
      reader.close();
    });
    const writer = new FrameWriter(tx);
    open.push(writer, reader);
    for (let number = 0; number < 3; number++) writer.write(frame(number, 10), number);
    reader.listen();
    await until(() => frames > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(frames).toBe(1);
    reader.close();
  });

  it("survives structured cloning of its ends", async () => {
    const { tx, rx } = createFramePipe({ shared, capacityBytes: 4096 });
    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise<FrameEnd>((resolve) => {
      port2.onmessage = (event) => resolve(event.data as FrameEnd);
    });
    port1.postMessage(tx, transferables(tx) as never);
    const writer = new FrameWriter(await arrived);
    port1.close();
    const got: number[] = [];
    const reader = new FrameReader(rx, (bytes) => got.push(bytes.length));
    open.push(writer, reader);
    reader.listen();
    writer.write(new Uint8Array(12), 0);
    await until(() => got.length === 1);
    expect(got).toEqual([12]);
    expect(tx.kind).toBe(kind);
  });
});

describe("a shared frame pipe", () => {
  it("hands on nothing until it is polled, and stops at the limit", () => {
    const { writer, reader, got } = pipe(true);
    for (let number = 0; number < 10; number++) writer.write(frame(number, 100), number);
    expect(got.length).toBe(0);
    reader.poll(250);
    expect(got.map((one) => one.atMs)).toEqual([0, 1, 2]);
    reader.poll(1);
    expect(got.length).toBe(4);
    reader.poll();
    expect(got.length).toBe(10);
  });

  it("is refused to the writer when the reader has closed", () => {
    const { writer, reader } = pipe(true);
    reader.close();
    expect(writer.write(frame(1, 10), 1)).toBe(false);
  });

  it("rounds its capacity up to a power of two and refuses senseless ones", () => {
    const { tx } = createFramePipe({ shared: true, capacityBytes: 5000 });
    expect(tx.kind === "shared" && new SharedRing(tx.buffer).capacityBytes).toBe(8192);
    expect(() => createFramePipe({ shared: true, capacityBytes: 0 })).toThrow(RangeError);
    expect(() => createFramePipe({ shared: true, capacityBytes: Number.NaN })).toThrow(RangeError);
  });

  it("keeps every frame over any schedule of writes and reads, across the wrap of the ring and of its 32-bit positions", () => {
    const step = fc.oneof(
      fc.record({ write: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ poll: fc.integer({ min: 1, max: 1500 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 63 }), fc.array(step, { maxLength: 200 }), (before, steps) => {
        const { tx, rx } = createFramePipe({ shared: true, capacityBytes: 1024 });
        if (tx.kind !== "shared") throw new Error("not shared");
        // Both positions start a little before 2^32.
        const start = -16 * before;
        new Int32Array(tx.buffer)[0] = start;
        new Int32Array(tx.buffer)[16] = start;
        const got: Got[] = [];
        const reader = new FrameReader(rx, (bytes, atMs) => got.push({ bytes: bytes.slice(), atMs }));
        const writer = new FrameWriter(tx);
        const sent: Got[] = [];
        let refused = 0;
        for (const [number, one] of steps.entries()) {
          if ("poll" in one) reader.poll(one.poll);
          else if (writer.write(frame(number, one.write), number)) {
            sent.push({ bytes: frame(number, one.write), atMs: number });
          } else refused++;
        }
        reader.poll();
        expect(got).toEqual(sent);
        expect(writer.counters.droppedFrames).toBe(refused);
        expect(reader.counters.bytes).toBe(writer.counters.bytes);
      }),
      { numRuns: 300, seed: 20261120 },
    );
  });
});
