import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { createFramePipe, transferables } from "../../../lib/frames/index.ts";

const here = import.meta.dirname;
const bundled = resolve(here, "../../../build/test-frames/thread.mjs");

beforeAll(async () => {
  mkdirSync(resolve(bundled, ".."), { recursive: true });
  await build({
    entryPoints: [resolve(here, "thread.ts")],
    outfile: bundled,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
});

interface Report {
  frames: number;
  bytes: number;
  hash: number;
}

/** Two real threads, neither of them this one: one writes `count` frames as fast as it can, the other checks and hashes them. */
async function race(options: { shared: boolean; wake: "listen" | "poll" | "timer"; count: number }) {
  const { tx, rx } = createFramePipe({ shared: options.shared, capacityBytes: 16_384 });
  const start = (role: "write" | "read", end: typeof tx) => {
    const workerData = { role, end, wake: options.wake, count: options.count };
    const worker = new Worker(bundled, { workerData, transferList: transferables(end) as never });
    return new Promise<Report>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    }).finally(() => worker.terminate());
  };
  const [read, written] = await Promise.all([start("read", rx), start("write", tx)]);
  return { read, written };
}

describe("a frame pipe between two threads", () => {
  it.each([
    { shared: true, wake: "listen" },
    { shared: true, wake: "timer" },
    { shared: true, wake: "poll" },
    { shared: false, wake: "listen" },
  ] as const)("loses, repeats and tears no frame: $wake, shared $shared", async ({ shared, wake }) => {
    const count = 20_000;
    const { read, written } = await race({ shared, wake, count });
    expect(read.frames).toBe(count);
    expect(written.frames).toBe(count);
    expect(read).toEqual(written);
    // The pipe is far smaller than what went through it, so the writer was held up and the ring wrapped.
    expect(written.bytes).toBeGreaterThan(100 * 16_384);
  });
});
