import { DelayTrack, type FrameCount } from "../delay-track.ts";
import { type BenchCall, dial, type PathName, pathNames } from "../paths.ts";
import { atMost, exactly, figureName, pause, type RowResult, type Setting } from "../row.ts";
import { median, type Spread, spread } from "../statistics.ts";

const freezeMs = 2000;
/** Sound that should have been heard in the freeze may come this much later in a call that is not late. */
const afterFreezeMs = 300;

/** One call: a while of nothing, a freeze (unless only the delay is wanted), and how it goes on. */
interface Measured {
  readonly delayMs: number;
  readonly frozen?: {
    readonly frames: FrameCount;
    /** Seconds after the freeze, against before. */
    readonly lateMs: number;
    /** Frames of the microphone that reached the other end during the freeze. */
    readonly sentFrames: number;
  };
}

/** The rows `delay` and `freeze` come from the same calls. */
export async function measureDelayAndFreeze(
  setting: Setting,
  withFreeze: boolean,
): Promise<{ delay: RowResult; freeze?: RowResult }> {
  const measured: Record<PathName, Measured[]> = { ours: [], mainThread: [], webrtc: [], webrtcOpus: [] };
  for (let call = 1; call <= setting.calls; call++) {
    for (const path of pathNames) {
      setting.progress(`${withFreeze ? "delay and freeze" : "delay"}, call ${call} of ${setting.calls}: ${path}`);
      measured[path].push(await measure(path, setting, withFreeze));
    }
  }
  return { delay: delayRow(measured), ...(withFreeze ? { freeze: freezeRow(measured) } : {}) };
}

async function measure(path: PathName, { browser, host, quick }: Setting, withFreeze: boolean): Promise<Measured> {
  const call = await dial(path, browser, host);
  try {
    await pause(quick ? 2000 : 4000);
    await call.page.evaluate(() => window.bench.record());
    await pause(quick ? 3500 : 4000);
    const frozen = withFreeze ? await freeze(call) : undefined;
    if (frozen) await pause(quick ? 3500 : 6000);
    const endMs = Date.now();
    await call.page.evaluate((address) => window.bench.collect(address), `http://${host.pages}/clips/${path}`);
    const { heard, spoken } = host.takeClips(path);
    const track = new DelayTrack(heard, spoken);
    const delayMs = median(track.between(0, frozen?.beganMs ?? endMs));
    if (!frozen) return { delayMs };
    const { beganMs, sentFrames } = frozen;
    const frames = track.frames(beganMs, beganMs + freezeMs + afterFreezeMs);
    const lateMs = median(track.between(endMs - 1500, endMs)) - delayMs;
    return { delayMs, frozen: { frames, lateMs, sentFrames } };
  } finally {
    await call.close();
  }
}

async function freeze(call: BenchCall): Promise<{ beganMs: number; sentFrames: number }> {
  await call.takeArrivals();
  // The page answers when it is over; what arrived is counted a moment before.
  const freezing = call.page.evaluate((ms) => window.bench.freeze(ms), freezeMs);
  await pause(freezeMs);
  const sentFrames = await call.takeArrivals();
  return { beganMs: await freezing, sentFrames };
}

function delayRow(measured: Record<PathName, Measured[]>): RowResult {
  const delays = spreads(measured, "delayMs", ({ delayMs }) => delayMs);
  const native = Math.min(delays.webrtcDelayMs!.median, delays.webrtcOpusDelayMs!.median);
  return {
    title: "mouth to ear, ms",
    cells: cells((path) => withSpread(delays[figureName(path, "delayMs")]!)),
    ...medians(delays),
    goals: [atMost("delay", delays["delayMs"]!.median, native, " ms")],
  };
}

function freezeRow(measured: Record<PathName, Measured[]>): RowResult {
  const lost = spreads(measured, "frozenLostFrames", ({ frozen }) => frozen!.frames.lost);
  const silent = spreads(measured, "frozenSilentFrames", ({ frozen }) => frozen!.frames.silent);
  const late = spreads(measured, "frozenLateMs", ({ frozen }) => frozen!.lateMs);
  const sent = spreads(measured, "frozenSentFrames", ({ frozen }) => frozen!.sentFrames);
  const all = { ...lost, ...silent, ...late, ...sent };
  const figure = (path: PathName, name: string): number => all[figureName(path, name)]!.median;
  return {
    title: "page frozen 2 s: frames lost / late, ms / frames sent of 100",
    cells: cells((path) =>
      [
        figure(path, "frozenLostFrames").toFixed(0),
        figure(path, "frozenLateMs").toFixed(0),
        figure(path, "frozenSentFrames").toFixed(0),
      ].join(" / "),
    ),
    ...medians(all),
    goals: [
      exactly("frames lost in the freeze", figure("ours", "frozenLostFrames"), 0),
      atMost("late after the freeze", figure("ours", "frozenLateMs"), 10, " ms"),
      atMost("microphone frames not sent in the freeze", 100 - figure("ours", "frozenSentFrames"), 1, "", 0),
    ],
  };
}

function spreads(
  measured: Record<PathName, Measured[]>,
  name: string,
  of: (call: Measured) => number,
): Record<string, Spread> {
  return Object.fromEntries(pathNames.map((path) => [figureName(path, name), spread(measured[path].map(of))]));
}

const medians = (all: Record<string, Spread>) => ({
  figures: Object.fromEntries(Object.entries(all).map(([name, { median }]) => [name, median])),
  spreads: all,
});

const cells = (of: (path: PathName) => string) =>
  Object.fromEntries(pathNames.map((path) => [path, of(path)])) as Record<PathName, string>;

const withSpread = ({ median, min, max, count }: Spread): string =>
  count > 1 ? `${median.toFixed(1)} (${min.toFixed(0)}–${max.toFixed(0)})` : median.toFixed(1);
