import type { Page } from "playwright";
import { toneDb } from "../../../support/signal.ts";
import type { Host } from "../host.ts";
import { openPage } from "../paths.ts";
import { figureName, pause, type RowResult, type Setting } from "../row.ts";

const paths = ["ours", "mainThread"] as const;
const uplinkRate = 8000;
const tonesHz = [5000, 6000, 7000];
const referenceHz = 1000;
/** Where an uplink of 8 kHz that does not filter would put a tone. */
const heardAtHz = (toneHz: number): number => (toneHz > uplinkRate / 2 ? uplinkRate - toneHz : toneHz);

/** Below each tone lies a pilot of its own, by which what arrives is told from what is still on its way. */
const pilotHz = (index: number): number => 400 + 100 * index;
const toneAmplitude = 0.5;
const pilotAmplitude = 0.1;
/** Every frequency here goes into it a whole number of times: one leaks nothing into another. */
const windowSamples = uplinkRate / 10;
/** A window in which the microphone or the host left a gap shows it in its pilot. */
const pilotToleranceDb = 0.2;
const enoughWindows = 12;
const giveUpMs = 20_000;
/** More than samples of 16 bits can show. */
const mostDb = 98;

/** Tones above what an uplink of 8 kHz can carry: how far what arrives of them is below a tone that it can. */
export async function measureAliasing({ browser, host, progress }: Setting): Promise<RowResult> {
  const downDb = {} as Record<(typeof paths)[number], number[]>;
  for (const path of paths) {
    progress(`aliasing: ${path}`);
    const uplink: Buffer[] = [];
    const echo = host.agent;
    host.agent = async (call) => {
      for await (const frame of call.audio) uplink.push(Buffer.from(frame));
    };
    host.onBareFrame = (frame) => uplink.push(frame);
    const page = await openPage(browser, `http://${host.pages}/`);
    try {
      await page.evaluate((amplitudes) => window.bench.openTones(amplitudes), [toneAmplitude, pilotAmplitude] as const);
      await open(page, path, host);
      const levels: number[] = [];
      for (const [index, toneHz] of [referenceHz, ...tonesHz].entries()) {
        await page.evaluate((hz) => window.bench.setTones(hz), [toneHz, pilotHz(index)] as const);
        uplink.length = 0;
        levels.push(await levelOf(toneHz, pilotHz(index), uplink));
      }
      downDb[path] = levels.slice(1).map((level) => Math.min(mostDb, levels[0]! - level));
      await page.evaluate(() => window.bench.close());
    } finally {
      host.agent = echo;
      host.onBareFrame = undefined;
      await page.context().close();
    }
  }
  const least = Math.min(...downDb.ours);
  return {
    title: "5, 6, 7 kHz in an 8 kHz uplink, dB down",
    cells: Object.fromEntries(paths.map((path) => [path, downDb[path].map((db) => db.toFixed(0)).join(", ")])),
    figures: Object.fromEntries(paths.map((path) => [figureName(path, "aliasDownDb"), downDb[path]])),
    goals: [{ text: `aliases ${least.toFixed(0)} dB ≥ 60 dB down`, met: least >= 60 }],
  };
}

const open = (page: Page, path: (typeof paths)[number], host: Host): Promise<void> =>
  page.evaluate(
    ([path, address]) =>
      path === "ours" ? window.bench.openOurs(address, ["L16/8000"]) : window.bench.openPlainFifo(address),
    [path, `ws://${path === "ours" ? host.pages : host.bare}/voice`] as const,
  );

/**
 * Of what is left of a tone, against its pilot. A filter lets the same through at every moment, and whatever a busy host does only adds to
 * that: the lower quartile of the whole windows counts.
 */
async function levelOf(toneHz: number, pilot: number, uplink: readonly Buffer[]): Promise<number> {
  const sentDb = 20 * Math.log10(pilotAmplitude);
  const giveUpAt = performance.now() + giveUpMs;
  while (performance.now() < giveUpAt) {
    await pause(300);
    const levels: number[] = [];
    for (const samples of windowsOf(uplink)) {
      const window = { samples, sampleRate: uplinkRate };
      const pilotDb = toneDb(window, pilot);
      if (Math.abs(pilotDb - sentDb) < pilotToleranceDb) levels.push(toneDb(window, heardAtHz(toneHz)) - pilotDb);
    }
    if (levels.length >= enoughWindows) return levels.sort((a, b) => a - b)[levels.length >> 2]!;
  }
  throw new Error(`the pilot of ${toneHz} Hz did not arrive whole within ${giveUpMs / 1000} s`);
}

function* windowsOf(frames: readonly Buffer[]): Generator<Float32Array> {
  const bytes = Buffer.concat(frames);
  const samples = Float32Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
  for (let at = 0; at + windowSamples <= samples.length; at += windowSamples) {
    yield samples.subarray(at, at + windowSamples);
  }
}
