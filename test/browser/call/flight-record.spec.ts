import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { bundleOf } from "../../../demo/generate/bundles.ts";
import { readFlightRecord } from "../../../lib/call/index.ts";
import { cli } from "../../unit/node/cli-io.ts";
import { callEcho, hangUp } from "../support/call.ts";
import { openTestPage } from "../support/page.ts";

const elements = bundleOf("lib/ui/define.ts");
const replay = bundleOf("lib/ui/voice-replay/voice-replay.ts");
const token = "very-secret-4711";

test("the file of a real call is downloaded from its quality, holds no token, and can be inspected", async ({
  page,
}) => {
  await openTestPage(page);
  await callEcho(page, { src: `/rtvbp/echo?access_token=${token}`, token, metadata: { apiKey: token } });
  await page.evaluate(async (elements) => {
    await import(/* @vite-ignore */ elements);
    const quality = document.createElement("voice-quality");
    quality.call = window.call;
    document.body.append(quality);
  }, elements);
  await page.evaluate(() => window.call.setMuted(true));
  const save = page.getByRole("button", { name: "Save a diagnosis file" });
  await expect(save).toBeVisible();
  await expect(page.locator("voice-quality")).toContainText("MOS", { timeout: 30_000 });
  await hangUp(page);
  const downloading = page.waitForEvent("download");
  await save.click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^call-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jsonl$/);
  const file = await download.path();
  const text = readFileSync(file, "utf8");
  for (const kept of [token, Buffer.from(token).toString("base64url")]) expect(text).not.toContain(kept);
  expect(text).toContain('"apiKey');
  const record = readFlightRecord(text);
  expect(record.ended).toEqual({ reason: "normal", by: "local" });
  expect(record.quality.length).toBeGreaterThan(0);
  expect(record.levels.length).toBeGreaterThan(0);
  expect(record.spans.map(({ state }) => state)).toContain("active");

  await page.evaluate(async (file) => {
    const { VoiceReplay } = await import(/* @vite-ignore */ file);
    customElements.define("voice-replay", VoiceReplay);
    document.body.append(document.createElement("voice-replay"));
  }, replay);
  await page.locator("voice-replay input[type=file]").setInputFiles(file);
  await expect(page.getByText("You ended the call.")).toBeVisible();
  await page.getByRole("slider").press("End");
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", /Call ended$/);
  await expect(page.locator("voice-replay").getByRole("img", { name: /^Opinion score: lowest \d/ })).toBeVisible();

  const { code, out } = await cli("inspect", file);
  expect(code).toBe(0);
  const printed = out.join("\n");
  for (const part of ["session.initialize", "call-quality", "call-muted", "call-ended", "messages: "])
    expect(printed).toContain(part);
});
