import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import { longCall, playLongCall } from "../../bench/jitter/long-call.ts";
import type { playoutPage as PlayoutPage } from "./playout-page.ts";

declare global {
  var playoutPage: typeof PlayoutPage;
}

const MINUTES = 30;

test("thirty minutes of a call sound the same in Chromium and in Node, to the bit", async ({ page }) => {
  test.setTimeout(180_000);
  const wasm = await readFile(resolve(import.meta.dirname, "../../../build/core.wasm"));
  const bundle = await build({
    entryPoints: [resolve(import.meta.dirname, "playout-page.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  await page.goto("about:blank");
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? "" });
  const there = await page.evaluate(([bytes, minutes]) => playoutPage.play(bytes, minutes), [
    wasm.toString("base64"),
    MINUTES,
  ] as const);
  const here = playLongCall(longCall(MINUTES), (await WebAssembly.instantiate(wasm, {})).instance);
  expect(there).toEqual({ hash: here.hash, ticks: here.ticks.length });
  expect(here.ticks.length).toBeGreaterThan(MINUTES * 60 * 190);
});
