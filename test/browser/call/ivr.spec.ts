import { expect, test } from "@playwright/test";
import { microphoneFile } from "../../support/speech.ts";
import { log, startCall } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { openTestPage } from "../support/page.ts";

const silence = microphoneFile({ text: "", leadMs: 4000, tailMs: 0, noiseDb: -90, seed: 3 });

test.use({ launchOptions: speaking(silence) });

test("1 plays the opening hours, and 9 ends the call from the application", async ({ page }) => {
  await openTestPage(page);
  await startCall(page, { src: "/rtvbp/ivr" });
  await expect.poll(async () => (await log(page)).some(({ type }) => type === "caption")).toBe(true); // the menu
  await page.evaluate(() => window.call.sendDtmf("1"));
  await expect
    .poll(async () => JSON.stringify((await log(page)).filter(({ type }) => type === "caption")))
    .toContain("hours");
  await page.evaluate(() => window.call.sendDtmf("9"));
  await expect
    .poll(async () => (await log(page)).find(({ type }) => type === "ended")?.detail, { timeout: 15_000 })
    .toMatchObject({ by: "remote" });
});
