import { type CDPSession, expect, type Page, test } from "@playwright/test";
import { loadLibrary } from "../support/page.ts";

/** Of what a page could keep of a call: objects that are still reachable after the garbage was collected. */
const kinds = [
  "voicebridge.Call",
  "AudioContext",
  "AudioNode",
  "AudioWorkletNode",
  "Worker",
  "WebSocket",
  "MediaStreamTrack",
  "MessagePort",
  "AbortSignal",
] as const;

/** What Chromium itself counts, for the whole process of the page. */
const metrics = [
  "JSEventListeners",
  "Nodes",
  "Documents",
  "AudioHandlers",
  "AudioWorkletProcessors",
  "WorkerGlobalScopes",
  "ArrayBufferContents",
] as const;

type Figures = Readonly<Record<string, number>>;

async function look(page: Page, cdp: CDPSession): Promise<Figures> {
  // Some of it is given back by threads of their own, a moment later, and what they let go is garbage only then.
  for (let round = 0; round < 4; round++) {
    await cdp.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(250);
  }
  const figures: Record<string, number> = {};
  for (const kind of kinds) figures[kind] = await reachable(cdp, kind);
  const { metrics: all } = await cdp.send("Performance.getMetrics");
  for (const name of metrics) figures[name] = all.find((metric) => metric.name === name)?.value ?? Number.NaN;
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  return { ...figures, heapKb: usedSize / 1024 };
}

async function reachable(cdp: CDPSession, kind: string): Promise<number> {
  const objectGroup = "counted";
  const { result } = await cdp.send("Runtime.evaluate", { expression: `${kind}.prototype`, objectGroup });
  const { objects } = await cdp.send("Runtime.queryObjects", { prototypeObjectId: result.objectId!, objectGroup });
  const { result: count } = await cdp.send("Runtime.callFunctionOn", {
    objectId: objects.objectId!,
    functionDeclaration: "function() { return this.length; }",
    returnByValue: true,
  });
  await cdp.send("Runtime.releaseObjectGroup", { objectGroup });
  return count.value as number;
}

/** Each is spoken into, heard, muted and hung up, by either side in turn. */
const makeCalls = (page: Page, count: number) =>
  page.evaluate(async (count) => {
    const { Call } = window.voicebridge;
    for (let round = 0; round < count; round++) {
      const call = new Call({ src: "/rtvbp/echo" });
      const ended = new Promise((resolve) => call.addEventListener("ended", resolve, { once: true }));
      await call.start();
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 250)); // figures are up to a second old
        const { audio } = await call.stats();
        if ((audio?.playback?.bytes.played ?? 0) > 0 && (audio?.capture?.frames ?? 0) > 0) break;
      }
      if (round % 4 === 0) await call.setMuted(true);
      if (round % 4 === 1) call.sendDtmf("1");
      if (round % 4 === 2) await call.devices.setSettings({ autoGainControl: round % 8 === 2 });
      await call.hangUp();
      await ended;
    }
  }, count);

test("a hundred calls in one page: contexts, workers, nodes, listeners, tracks and heap are what they were", async ({
  page,
}) => {
  test.setTimeout(400_000);
  await page.goto("/test.html");
  await loadLibrary(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  await makeCalls(page, 30); // what is made once, and what the engine compiles of it
  const before = await look(page, cdp);
  await makeCalls(page, 100);
  let after = await look(page, cdp);
  // A thread that ends late on a busy machine is no leak, and goes.
  for (let wait = 0; wait < 20 && grown(before, after).length > 0; wait++) {
    await page.waitForTimeout(500);
    after = await look(page, cdp);
  }
  const table = Object.keys(after).map((name) => `${name} ${before[name]} → ${after[name]}`);
  console.log(table.join(", "));
  expect(grown(before, after)).toEqual([]);
  expect(after["heapKb"]! - before["heapKb"]!).toBeLessThan(100);
  expect(after["AudioContext"]).toBe(0);
  expect(after["Worker"]).toBe(0);
  expect(after["WebSocket"]).toBe(before["WebSocket"]);
});

/** A handful more is one that was there by chance; a hundred calls that leave one each are a hundred. */
function grown(before: Figures, after: Figures): string[] {
  return Object.keys(after)
    .filter((name) => name !== "heapKb" && !(after[name]! <= before[name]! + 3))
    .map((name) => `${name}: ${before[name]} → ${after[name]}`);
}
