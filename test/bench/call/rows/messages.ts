import { dial } from "../paths.ts";
import { atMost, figureName, pause, type RowResult, type Setting } from "../row.ts";

const paths = ["ours", "mainThread"] as const;

interface Rates {
  readonly fromWorklets: number;
  readonly toWorklets: number;
}

/** Both ways at the same time: they are counted, not timed. */
export async function measureMessages(setting: Setting): Promise<RowResult> {
  const found = await Promise.all(paths.map((path) => measure(path, setting)));
  const rates = Object.fromEntries(paths.map((path, i) => [path, found[i]!])) as Record<(typeof paths)[number], Rates>;
  return {
    title: "messages per second, worklets → main / main → worklets",
    cells: Object.fromEntries(
      paths.map((path) => [path, `${rates[path].fromWorklets.toFixed(1)} / ${rates[path].toWorklets.toFixed(1)}`]),
    ),
    figures: Object.fromEntries(
      paths.flatMap((path) => [
        [figureName(path, "messagesFromWorkletsPerSecond"), rates[path].fromWorklets],
        [figureName(path, "messagesToWorkletsPerSecond"), rates[path].toWorklets],
      ]),
    ),
    goals: [
      atMost("worklets → main per second", rates.ours.fromWorklets, 10),
      atMost("main → worklets per second", rates.ours.toWorklets, 1),
    ],
  };
}

async function measure(path: (typeof paths)[number], { browser, host, quick, progress }: Setting): Promise<Rates> {
  progress(`messages: ${path}`);
  const call = await dial(path, browser, host);
  try {
    await pause(1500);
    const before = await call.page.evaluate(() => window.bench.messages());
    await pause(quick ? 4000 : 10_000);
    const after = await call.page.evaluate(() => window.bench.messages());
    const perSecond = (count: number): number => (1000 * count) / (after.at - before.at);
    return {
      fromWorklets: perSecond(after.fromWorklets - before.fromWorklets),
      toWorklets: perSecond(after.toWorklets - before.toWorklets),
    };
  } finally {
    await call.close();
  }
}
