import { readdir } from "node:fs/promises";
import type { Browser, CDPSession, Page } from "playwright";
import { openPage } from "../paths.ts";
import { atMost, exactly, figureName, pause, type RowResult, type Setting } from "../row.ts";

const paths = ["ours", "mainThread"] as const;
type Path = (typeof paths)[number];

interface Growth {
  readonly heapKb: number;
  /** Of all renderers; undefined where the system does not tell. */
  readonly threads: number | undefined;
}

/**
 * Before the first look: until then the engine goes on compiling what is called often (some 150 KB of machine code), which it does once
 * and which is nothing that a call leaves behind.
 */
const warmUpCalls = 30;

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
    const threads = after.threads === undefined ? undefined : after.threads - (before.threads ?? 0);
    grown[path] = { heapKb: (after.heapBytes - before.heapBytes) / 1024, threads };
    await page.context().close();
  }
  const threads = ({ threads }: Growth): number[] => (threads === undefined ? [] : [threads]);
  return {
    title: `after ${calls} calls: heap, KB; threads left`,
    cells: Object.fromEntries(
      paths.map((path) => [path, [grown[path].heapKb.toFixed(0), ...threads(grown[path])].join("; ")]),
    ),
    figures: Object.fromEntries(
      paths.flatMap((path) => [
        [figureName(path, "heapGrowthKb"), grown[path].heapKb],
        ...threads(grown[path]).map((count) => [figureName(path, "threadsLeft"), count] as const),
      ]),
    ),
    goals: [
      atMost("heap growth", grown.ours.heapKb, 30, " KB", 0),
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

async function look(browser: Browser, cdp: CDPSession): Promise<{ heapBytes: number; threads: number | undefined }> {
  await pause(2000); // threads end a moment after what they worked for
  for (let round = 0; round < 3; round++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  return { heapBytes: usedSize, threads: await rendererThreads(browser) };
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
