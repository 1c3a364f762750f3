import type { CallStats } from "../../../../lib/index.ts";
import { dial } from "../paths.ts";
import { atMost, exactly, pause, type RowResult, type Setting } from "../row.ts";
import { type Spread, spread } from "../statistics.ts";

const links = ["port", "shared"] as const;
type Link = (typeof links)[number];

/** One window of a call; the delay is the median of about its last 64 measurements. */
interface Window {
  readonly underruns: number;
  readonly droppedFrames: number;
  readonly loopMs: number;
}

/**
 * A call that nothing happens to. Judged by the window in the middle: one that the host held up says nothing about the library, most of them do.
 * Frames must not be dropped in any.
 */
export async function measureSteady(setting: Setting): Promise<RowResult> {
  const measured = {} as Record<Link, readonly Window[]>;
  for (const link of links) measured[link] = await measure(link, setting);
  const of = (link: Link, figure: keyof Window): Spread => spread(measured[link].map((window) => window[figure]));
  const dropped = (link: Link): number => measured[link].reduce((sum, { droppedFrames }) => sum + droppedFrames, 0);
  const name = (link: Link, figure: string): string => `steady${link === "port" ? "Port" : "Shared"}${figure}`;
  const spreads = Object.fromEntries(
    links.flatMap((link) => [
      [name(link, "Underruns"), of(link, "underruns")],
      [name(link, "LoopMs"), of(link, "loopMs")],
    ]),
  );
  return {
    title: `steady, ${measured.port.length} windows: underruns; dropped; loop, ms`,
    cells: {
      ours: links
        .map((link) => {
          const [underruns, loopMs] = [of(link, "underruns"), of(link, "loopMs")];
          return `${link} ${underruns.median} (worst ${underruns.max}); ${dropped(link)}; ${loopMs.median.toFixed(0)}`;
        })
        .join(" | "),
    },
    figures: {
      ...Object.fromEntries(Object.entries(spreads).map(([figure, { median }]) => [figure, median])),
      ...Object.fromEntries(links.map((link) => [name(link, "DroppedFrames"), dropped(link)])),
    },
    spreads,
    goals: links.flatMap((link) => [
      exactly(`${link}: underruns in a window of a steady call`, of(link, "underruns").median, 0),
      exactly(`${link}: frames dropped`, dropped(link), 0),
      atMost(`${link}: loop`, of(link, "loopMs").median, 100, " ms", 0),
    ]),
  };
}

async function measure(link: Link, { browser, host, quick, progress }: Setting): Promise<readonly Window[]> {
  const [count, windowMs] = quick ? [3, 4000] : [5, 6000];
  const call = await dial("ours", browser, host, { isolated: link === "shared" });
  try {
    const look = async () => {
      const { audio, transport } = (await call.page.evaluate(() => window.bench.stats())) as CallStats;
      if (transport?.link !== link) throw new Error(`frames travel by ${transport?.link}, not ${link}`);
      return {
        underruns: audio!.playback!.underruns,
        droppedFrames: transport.droppedUplinkFrames + transport.droppedDownlinkFrames,
        loopMs: audio!.loop?.medianMs ?? Number.NaN,
      };
    };
    await pause(quick ? 4000 : 6000); // the jitter buffer has found its depth
    const windows: Window[] = [];
    let before = await look();
    for (let window = 1; window <= count; window++) {
      progress(`steady, ${window} of ${count}: ${link}`);
      await pause(windowMs);
      const after = await look();
      windows.push({
        underruns: after.underruns - before.underruns,
        droppedFrames: after.droppedFrames - before.droppedFrames,
        loopMs: after.loopMs,
      });
      before = after;
    }
    return windows;
  } finally {
    await call.close();
  }
}
