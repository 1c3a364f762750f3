import { dial, type PathName, pathNames } from "../paths.ts";
import { atMost, figureName, pause, type RowResult, type Setting } from "../row.ts";

/**
 * A bare page whose Worker has the socket and whose worklets do nothing takes most of what a call takes, and twice as much on a slow machine:
 * 6 % is asked for where the main-thread page takes 6.7 %, so this much of it everywhere.
 */
const shareOfMainThread = 6 / 6.7;

interface Load {
  readonly mainPercent: number;
  readonly rendererPercent: number;
}

/** Of one core, while nothing but the calls happens: no recording. All ways at the same time, each in a renderer of its own. */
export async function measureCpu(setting: Setting): Promise<RowResult> {
  setting.progress(`cpu: ${pathNames.join(", ")} at the same time`);
  const found = await Promise.all(pathNames.map((path) => measure(path, setting)));
  const loads = Object.fromEntries(pathNames.map((path, i) => [path, found[i]!])) as Record<PathName, Load>;
  const { mainPercent, rendererPercent } = loads.ours;
  return {
    title: "CPU, % of a core: main thread / whole renderer",
    cells: Object.fromEntries(
      pathNames.map((path) => [
        path,
        `${loads[path].mainPercent.toFixed(2)} / ${loads[path].rendererPercent.toFixed(1)}`,
      ]),
    ),
    figures: Object.fromEntries(
      pathNames.flatMap((path) => [
        [figureName(path, "mainThreadCpuPercent"), loads[path].mainPercent],
        [figureName(path, "rendererCpuPercent"), loads[path].rendererPercent],
      ]),
    ),
    goals: [
      atMost("main thread", mainPercent, 0.5, " %", 2),
      atMost("renderer", rendererPercent, shareOfMainThread * loads.mainThread.rendererPercent, " %"),
    ],
  };
}

async function measure(path: PathName, { browser, host, quick }: Setting): Promise<Load> {
  const seconds = quick ? 5 : 15;
  const call = await dial(path, browser, host);
  try {
    await call.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const times = async () => {
      const { metrics } = await call.cdp.send("Performance.getMetrics");
      const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      return { main: of("ThreadTime"), renderer: of("ProcessTime"), atMs: performance.now() };
    };
    await pause(5000); // all are on, and warm
    const before = await times();
    await pause(seconds * 1000);
    const after = await times();
    const percent = (cpuSeconds: number): number => (100_000 * cpuSeconds) / (after.atMs - before.atMs);
    return {
      mainPercent: percent(after.main - before.main),
      rendererPercent: percent(after.renderer - before.renderer),
    };
  } finally {
    await call.close();
  }
}
