import type { Page } from "playwright";
import type { CallStats } from "../../../../lib/index.ts";
import type { VoiceSession } from "../../../../lib/node/index.ts";
import { levelDb } from "../../../support/signal.ts";
import type { Clip } from "../clip.ts";
import { dial } from "../paths.ts";
import { atMost, figureName, pause, type RowResult, type Setting } from "../row.ts";
import { agentSound } from "../spoken-sound.ts";
import { spread } from "../statistics.ts";

const paths = ["ours", "mainThread"] as const;
const stepMs = 1;

/** The agent takes back what it said too much: how long it goes on sounding, from the moment the agent says so. */
export async function measureClear(setting: Setting): Promise<RowResult> {
  const ours = await measure("ours", setting);
  const plain = await measure("mainThread", setting);
  const spreads = {
    clearMs: spread(ours.silentAfterMs),
    [figureName("mainThread", "clearMs")]: spread(plain.silentAfterMs),
  };
  const { median, max } = spreads.clearMs!;
  return {
    title: "clear → −40 dB, ms; byte count exact",
    cells: {
      ours: `${median.toFixed(1)} (worst ${max.toFixed(1)}); ${ours.exact ? "exact" : "NOT exact"}`,
      mainThread: `${spreads[figureName("mainThread", "clearMs")]!.median.toFixed(1)}; no count`,
    },
    figures: {
      ...Object.fromEntries(Object.entries(spreads).map(([name, { median }]) => [name, median])),
      clearExact: ours.exact,
    },
    spreads,
    goals: [
      atMost("clear", median, 10, " ms"),
      { text: `byte count ${ours.exact ? "" : "not "}exact`, met: ours.exact },
    ],
  };
}

async function measure(path: (typeof paths)[number], { browser, host, quick, progress }: Setting) {
  const rounds = quick ? 3 : 12;
  const sound = agentSound(6);
  const echo = host.agent;
  let agent: VoiceSession | undefined;
  host.agent = (call) => {
    agent = call;
  };
  host.onBareFrame = () => {};
  const call = await dial(path, browser, host);
  try {
    await call.page.evaluate(() => window.bench.record());
    const clearedAt: number[] = [];
    let exact = true;
    let takenBytes = 0;
    for (let round = 1; round <= rounds; round++) {
      progress(`clear, ${round} of ${rounds}: ${path}`);
      if (path === "ours") void agent!.speak(sound.bytes, { speed: 20 });
      else for (let at = 0; at < sound.bytes.length; at += 320) host.sendBare(sound.bytes.slice(at, at + 320));
      await pause(1500 + 37 * round);
      clearedAt.push(Date.now());
      if (path === "ours") {
        const cleared = await clear(agent!, call.page, takenBytes);
        takenBytes += cleared.len;
        exact = exact && cleared.exact;
      } else host.sendBare("clear");
      await pause(800);
    }
    await call.page.evaluate((address) => window.bench.collect(address), `http://${host.pages}/clips/clear`);
    const { heard } = host.takeClips("clear");
    return { silentAfterMs: clearedAt.map((atMs) => silentAfter(heard, atMs)), exact };
  } finally {
    host.agent = echo;
    host.onBareFrame = undefined;
    await call.close();
  }
}

/** Whether agent and page agree, to the byte, on what was sent, played and taken back since the call began. */
async function clear(agent: VoiceSession, page: Page, takenBefore: number): Promise<{ len: number; exact: boolean }> {
  const before = agent.output.sentBytes;
  const { len, sentBytes, playedBytes } = await agent.clear();
  await pause(1100); // figures of a page are up to a second old
  const stats = (await page.evaluate(() => window.bench.stats())) as CallStats;
  const { received, played, flushed, dropped } = stats.audio!.playback!.bytes;
  const exact =
    len > 0 &&
    sentBytes === before &&
    received === before &&
    flushed === takenBefore + len &&
    played === playedBytes &&
    played + flushed === received &&
    dropped === 0;
  return { len, exact };
}

/** From a moment until the sound is, and stays, 40 dB below what it was. */
function silentAfter(heard: Clip, atMs: number): number {
  const at = (timeMs: number): number => Math.round((heard.placeAt(timeMs) * heard.sampleRate) / 1000);
  const level = (fromMs: number, toMs: number): number => levelDb(heard.samples.subarray(at(fromMs), at(toMs)));
  const before = level(atMs - 220, atMs - 20);
  let silentFromMs = atMs + 600;
  while (silentFromMs > atMs && level(silentFromMs - stepMs, silentFromMs) < before - 40) silentFromMs -= stepMs;
  return silentFromMs - atMs;
}
