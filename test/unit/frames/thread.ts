/** One end of a pipe on a thread of its own; see threads.test.ts. Bundled, because a Node thread cannot load TypeScript. */
import { parentPort, workerData } from "node:worker_threads";
import type { FrameEnd } from "../../../lib/frames/index.ts";

interface Task {
  readonly role: "write" | "read";
  readonly end: FrameEnd;
  readonly wake: "listen" | "poll" | "timer";
  readonly count: number;
}

const { role, end, wake, count } = workerData as Task;

// Neither a ring that is slept on nor an idle writer keeps a Node thread alive.
parentPort?.ref();
parentPort?.on("message", () => {});

// As in a browser without it; must happen before the pipe's modules are evaluated.
if (wake === "timer") Reflect.deleteProperty(Atomics, "waitAsync");
const { FrameReader, FrameWriter } = await import("../../../lib/frames/index.ts");

/** FNV-1a over everything. */
let hash = 0x811c9dc5;
function mix(bytes: Uint8Array, stamp: number): void {
  hash = Math.imul(hash ^ stamp, 0x01000193);
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
}

const sizes = [160, 320, 0, 641, 17, 1];

function write(): void {
  const writer = new FrameWriter(end);
  const scratch = new Uint8Array(641);
  let number = 0;
  const next = (): void => {
    while (number < count) {
      const frame = scratch.subarray(0, sizes[number % sizes.length]);
      for (let index = 0; index < frame.length; index++) frame[index] = (number * 31 + index * 7) & 255;
      // A full pipe: let this thread's port events (or nothing) happen, then try the same frame again.
      if (!writer.write(frame, number)) return void setTimeout(next, 0);
      mix(frame, number);
      number++;
    }
    const { frames, bytes } = writer.counters;
    parentPort?.postMessage({ frames, bytes, hash });
  };
  next();
}

function read(): void {
  let expected = 0;
  const reader = new FrameReader(end, (bytes, stamp) => {
    if (stamp !== expected) throw new Error(`frame ${expected} expected, got ${stamp}`);
    expected++;
    mix(bytes, stamp);
    if (expected < count) return;
    const { frames, bytes: total } = reader.counters;
    parentPort?.postMessage({ frames, bytes: total, hash });
    reader.close();
  });
  if (wake === "poll") {
    // As a worklet does: look, without ever sleeping on it.
    const look = (): void => {
      reader.poll(2000);
      if (expected < count) setImmediate(look);
    };
    look();
  } else {
    reader.listen();
  }
}

if (role === "write") write();
else read();
