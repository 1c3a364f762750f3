import type { Clip } from "../clip.ts";
import { type DelayAt, DelayTrack } from "../delay-track.ts";
import { dial, type PathName } from "../paths.ts";
import { atMost, exactly, figureName, pause, type RowResult, type Setting } from "../row.ts";
import { median } from "../statistics.ts";

const stallMs = 400;
const paths = ["ours", "mainThread", "webrtc"] as const satisfies readonly PathName[];
/** So close to the delay of just before the stall, for this long, is back (bench:jitter counts the same way) … */
const toleranceMs = 30;
const backForMs = 500;
/** … unless that was itself so much above the delay of before the first stall: who stays late is not back. */
const wanderMs = 100;

interface Measured {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** The delay before each stall: a busy machine is jitter too, and moves what a call that adapts aims for. */
  readonly basesMs: readonly number[];
  /** From the end of each stall until the delay is back; undefined where it is not before the next one. */
  readonly recoveriesMs: readonly (number | undefined)[];
}

export async function measureStalls(setting: Setting): Promise<RowResult> {
  // At the same time: a call takes a tenth of a core, and whatever the machine does happens to all of them.
  const found = await Promise.all(paths.map((path) => measure(path, setting)));
  // Compared when all are over: that keeps this process, which is also the other end, busy.
  const measured = Object.fromEntries(paths.map((path, i) => [path, found[i]!()])) as Record<PathName, Measured>;
  const recovered = ({ recoveriesMs }: Measured) => recoveriesMs.filter((ms) => ms !== undefined);
  const stalls = measured.ours.recoveriesMs.length;
  const worstMs = Math.max(...measured.ours.recoveriesMs.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  return {
    title: `delay before → after ${stalls} stalls, ms; recovered, worst ms`,
    cells: Object.fromEntries(
      paths.map((path) => {
        const { beforeMs, afterMs } = measured[path];
        const back = recovered(measured[path]);
        const worst = back.length > 0 ? `, ${Math.max(...back).toFixed(0)}` : "";
        return [path, `${beforeMs.toFixed(0)} → ${afterMs.toFixed(0)}; ${back.length} of ${stalls}${worst}`];
      }),
    ),
    figures: Object.fromEntries(
      paths.flatMap((path) => [
        [figureName(path, "stallDelayBeforeMs"), measured[path].beforeMs],
        [figureName(path, "stallDelayAfterMs"), measured[path].afterMs],
        [figureName(path, "stallBasesMs"), measured[path].basesMs],
        [figureName(path, "stallsRecovered"), recovered(measured[path]).length],
        [figureName(path, "stallRecoveriesMs"), recovered(measured[path])],
      ]),
    ),
    goals: [
      exactly("stalls recovered from before the next", recovered(measured.ours).length, stalls),
      atMost("slowest recovery", worstMs, 1200, " ms", 0),
    ],
  };
}

async function measure(path: PathName, { browser, host, quick, progress }: Setting): Promise<() => Measured> {
  const [count, everyMs] = quick ? [2, 5000] : [6, 10_000];
  const call = await dial(path, browser, host, { stallable: true });
  try {
    await pause(quick ? 2000 : 4000);
    await call.page.evaluate(() => window.bench.record());
    await pause(3000);
    const stalledAt: number[] = [];
    for (let stall = 1; stall <= count; stall++) {
      progress(`stalls, ${stall} of ${count}: ${path}`);
      stalledAt.push(Date.now());
      call.stall(stallMs);
      await pause(everyMs);
    }
    const endMs = Date.now();
    await call.page.evaluate((address) => window.bench.collect(address), `http://${host.pages}/clips/${path}`);
    const { heard, spoken } = host.takeClips(path);
    return () => compare({ heard, spoken, stalledAt, everyMs, endMs });
  } finally {
    await call.close();
  }
}

interface Recorded {
  readonly heard: Clip;
  readonly spoken: Clip;
  readonly stalledAt: readonly number[];
  readonly everyMs: number;
  readonly endMs: number;
}

function compare({ heard, spoken, stalledAt, everyMs, endMs }: Recorded): Measured {
  const track = new DelayTrack(heard, spoken);
  const beforeMs = median(track.between(0, stalledAt[0]!));
  const basesMs = stalledAt.map((atMs) => median(track.between(atMs - 1000, atMs)));
  const recoveriesMs = stalledAt.map((atMs, i) => {
    const overMs = atMs + stallMs;
    const limitMs = Math.min(basesMs[i]!, beforeMs + wanderMs) + toleranceMs;
    const isLate = ({ delayMs }: DelayAt): boolean => delayMs === undefined || !(delayMs <= limitMs); // not a number: nothing matched before it
    const points = track.points.filter(({ timeMs }) => timeMs >= overMs && timeMs < atMs + everyMs);
    const back = points.find(({ timeMs }) => {
      const next = points.filter((point) => point.timeMs >= timeMs && point.timeMs < timeMs + backForMs);
      return !next.some(isLate);
    });
    return back && back.timeMs - overMs;
  });
  return { beforeMs, basesMs, afterMs: median(track.between(endMs - 1500, endMs)), recoveriesMs };
}
