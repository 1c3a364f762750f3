import { dial, type PathName, pathNames } from "../paths.ts";
import { atMost, figureName, pause, type RowResult, type Setting } from "../row.ts";

interface Load {
  readonly mainPercent: number;
  readonly rendererPercent: number;
}

/** Of one core, while nothing but the call happens: no recording. */
export async function measureCpu({ browser, host, quick, progress }: Setting): Promise<RowResult> {
  const seconds = quick ? 5 : 15;
  const loads = {} as Record<PathName, Load>;
  for (const path of pathNames) {
    progress(`cpu: ${path}`);
    const call = await dial(path, browser, host);
    try {
      await call.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
      const times = async () => {
        const { metrics } = await call.cdp.send("Performance.getMetrics");
        const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
        return { main: of("ThreadTime"), renderer: of("ProcessTime"), atMs: performance.now() };
      };
      await pause(3000);
      const before = await times();
      await pause(seconds * 1000);
      const after = await times();
      const percent = (cpuSeconds: number): number => (100_000 * cpuSeconds) / (after.atMs - before.atMs);
      loads[path] = {
        mainPercent: percent(after.main - before.main),
        rendererPercent: percent(after.renderer - before.renderer),
      };
    } finally {
      await call.close();
    }
  }
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
    goals: [atMost("main thread", mainPercent, 0.5, " %", 2), atMost("renderer", rendererPercent, 6, " %")],
  };
}
