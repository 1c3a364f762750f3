import { readdir } from "node:fs/promises";
import type { Browser, CDPSession, Page } from "playwright";
import { liveObjectBytes } from "../heap-contents.ts";
import { openPage } from "../paths.ts";
import { atMost, exactly, figureName, pause, type RowResult, type Setting } from "../row.ts";

const paths = ["ours", "mainThread"] as const;
type Path = (typeof paths)[number];

interface Growth {
  /** The whole JavaScript heap, as V8 tells it. */
  readonly heapKb: number;
  /** What is alive in it and is no machine code, and the data of array buffers, which lies outside: what calls left behind. */
  readonly objectsKb: number;
  /** Of all renderers; undefined where the system does not tell. */
  readonly threads: number | undefined;
}

/**
 * Before the first look: V8 compiles what is called often, and again better, and keeps what it made of it: some 280 KB from the fifth call to the
 * thirtieth, 30 in the next fifty, 10 to 20 in fifty after that. No call left that behind.
 */
const warmUpCalls = 50;

/** What a page that made calls one after the other keeps of them. */
export async function measureHeap({ browser, host, quick, progress }: Setting): Promise<RowResult> {
  const calls = quick ? 10 : 50;
  const grown = {} as Record<Path, Growth>;
  for (const path of paths) {
    progress(`heap, ${calls} calls: ${path}`);
    const page = await openPage(browser, `http://${host.pages}/`);
    const cdp = await page.context().newCDPSession(page);
    const address = `ws://${path === "ours" ? host.pages : host.bare}/voice`;
    await page.evaluate(() => window.bench.openMicrophone());
    await makeCalls(page, path, address, warmUpCalls);
    const before = await look(browser, cdp);
    await makeCalls(page, path, address, calls);
    const after = await look(browser, cdp);
    grown[path] = {
      heapKb: (after.heapBytes - before.heapBytes) / 1024,
      objectsKb: (after.objectBytes - before.objectBytes) / 1024,
      threads: after.threads === undefined ? undefined : after.threads - (before.threads ?? 0),
    };
    await page.context().close();
  }
  const threads = ({ threads }: Growth): number[] => (threads === undefined ? [] : [threads]);
  return {
    title: `calls ${warmUpCalls + 1} to ${warmUpCalls + calls}: heap, KB (machine code aside); threads left`,
    cells: Object.fromEntries(
      paths.map((path) => {
        const { heapKb, objectsKb } = grown[path];
        return [path, [`${heapKb.toFixed(0)} (${objectsKb.toFixed(1)})`, ...threads(grown[path])].join("; ")];
      }),
    ),
    figures: Object.fromEntries(
      paths.flatMap((path) => [
        [figureName(path, "heapGrowthKb"), grown[path].heapKb],
        [figureName(path, "objectGrowthKb"), grown[path].objectsKb],
        ...threads(grown[path]).map((count) => [figureName(path, "threadsLeft"), count] as const),
      ]),
    ),
    goals: [
      atMost("heap growth", grown.ours.heapKb, 30, " KB", 0),
      atMost("heap growth, machine code aside", grown.ours.objectsKb, 10, " KB"),
      ...threads(grown.ours).map((count) => exactly("threads left", Math.max(0, count), 0)),
    ],
  };
}

async function makeCalls(page: Page, path: Path, address: string, count: number): Promise<void> {
  for (let call = 0; call < count; call++) {
    await page.evaluate(
      async ([path, address]) => {
        await (path === "ours" ? window.bench.openOurs(address) : window.bench.openPlainFifo(address));
        await new Promise((resolve) => setTimeout(resolve, 100));
        await window.bench.closeCall();
      },
      [path, address] as const,
    );
  }
}

interface Look {
  readonly heapBytes: number;
  readonly objectBytes: number;
  readonly threads: number | undefined;
}

async function look(browser: Browser, cdp: CDPSession): Promise<Look> {
  await pause(2000); // threads end a moment after what they worked for
  for (let round = 0; round < 3; round++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  const threads = await rendererThreads(browser);
  return { heapBytes: usedSize, objectBytes: await liveObjectBytes(cdp), threads };
}

async function rendererThreads(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  try {
    const threads = await Promise.all(renderers.map(({ id }) => readdir(`/proc/${id}/task`)));
    return threads.reduce((sum, { length }) => sum + length, 0);
  } catch {
    return undefined; // not Linux
  }
}
