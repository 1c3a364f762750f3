import { levelDb } from "../../../support/signal.ts";
import { openPage } from "../paths.ts";
import { figureName, pause, type RowResult, type Setting } from "../row.ts";

const paths = ["ours", "mainThread"] as const;
const tonesHz = [5000, 6000, 7000];
const referenceHz = 1000;

/** Tones above what an uplink of 8 kHz can carry: how far what arrives is below a tone that it can. */
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
      await page.evaluate(() => window.bench.openTone());
      await page.evaluate(
        ([path, address]) =>
          path === "ours" ? window.bench.openOurs(address, ["L16/8000"]) : window.bench.openPlainFifo(address),
        [path, `ws://${path === "ours" ? host.pages : host.bare}/voice`] as const,
      );
      const levels: number[] = [];
      for (const toneHz of [referenceHz, ...tonesHz]) {
        await page.evaluate((toneHz) => window.bench.setTone(toneHz), toneHz);
        await pause(700); // the tone before it has passed
        uplink.length = 0;
        await pause(1000);
        levels.push(levelDb(samplesOf(uplink)));
      }
      downDb[path] = levels.slice(1).map((level) => levels[0]! - level);
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

function samplesOf(frames: readonly Buffer[]): Float32Array {
  const bytes = Buffer.concat(frames);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
}
