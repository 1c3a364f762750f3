import type { Page } from "@playwright/test";
import type { PlaybackStats } from "../../../lib/core/index.ts";

/** One look at the playout of a call, on its own clock: milliseconds that it rendered since it began, however late the page asks. */
export interface PlayoutMoment {
  readonly renderedMs: number;
  readonly delayMs: number;
  readonly targetMs: number;
  readonly concealedMs: number;
}

/** Asks the playback worklet itself about every 20 ms from now on (`Call.stats` is up to a second old). Call after the call is active. */
export async function watchPlayout(page: Page, sampleRate: number): Promise<() => Promise<PlayoutMoment[]>> {
  await page.evaluate(() => {
    const node = window.opened.worklets.findLast(({ name }) => name === "voicebridge-playback")?.node;
    if (!node) throw new Error("nothing plays");
    window.playoutLooks = [];
    // The library numbers its questions from 1 on.
    const ask = () => node.port.postMessage({ type: "stats", id: -1 });
    node.port.addEventListener("message", ({ data }) => {
      if (data.type !== "stats" || data.id !== -1) return;
      window.playoutLooks.push(data.stats.playback);
      setTimeout(ask, 20);
    });
    ask();
  });
  return async () => {
    const looks: PlaybackStats[] = await page.evaluate(() => window.playoutLooks);
    return looks.map((look) => ({ ...look, renderedMs: renderedMs(look, sampleRate), ...concealed(look, sampleRate) }));
  };
}

const concealed = ({ concealedSamples }: PlaybackStats, sampleRate: number) => ({
  concealedMs: (1000 * concealedSamples) / sampleRate,
});

/** What was played, less what was cut out of it, and all that was made up. */
function renderedMs(look: PlaybackStats, sampleRate: number): number {
  const samples =
    look.jitterBufferEmittedCount -
    look.removedSamplesForAcceleration +
    look.insertedSamplesForDeceleration +
    look.concealedSamples;
  return (1000 * samples) / sampleRate + look.silentMs;
}

export interface CatchUp {
  /** How late the first sound after the stall was, against the fastest of the network. */
  readonly lateMs: number;
  /** Rendered from then until the delay was within 30 ms of what is aimed for; Infinity when that was not seen. */
  readonly recoveryMs: number;
  /** How much later than that at most the look was taken before. */
  readonly blurMs: number;
  /** Concealed meanwhile: what this machine held up after the stall, and what had to be made up as well. */
  readonly concealedMs: number;
}

/** The catch-up after the longest wait among these looks. */
export function catchUp(moments: readonly PlayoutMoment[]): CatchUp {
  const latest = moments.reduce((late, moment, i) => (moment.delayMs > moments[late]!.delayMs ? i : late), 0);
  const { renderedMs, delayMs: lateMs, concealedMs } = moments[latest]!;
  const found = moments.findIndex((moment, i) => i > latest && moment.delayMs <= moment.targetMs + 30);
  const back = moments[found];
  if (!back) return { lateMs, recoveryMs: Number.POSITIVE_INFINITY, blurMs: 0, concealedMs: 0 };
  return {
    lateMs,
    recoveryMs: back.renderedMs - renderedMs,
    blurMs: back.renderedMs - moments[found - 1]!.renderedMs,
    concealedMs: back.concealedMs - concealedMs,
  };
}
