import { expect, type Page } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";
import { replaySample } from "./replay-sample.ts";

const body = `<voice-replay></voice-replay>`;
const file = { name: "call.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(replaySample()) };

const choose = (page: Page, chosen = file) => page.locator("voice-replay input[type=file]").setInputFiles(chosen);
const moment = (page: Page) => page.locator("voice-replay [part=moment]");
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("a record is opened and gone through by keyboard: states, levels, quality and events", async ({ page, open }) => {
  await open(body);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open a file" }).click();
  await (await chooser).setFiles(file);
  await expect(page.getByText("1:00 long")).toBeVisible();
  await expect(page.getByText("The other side ended the call. Reason: shop is closed")).toBeVisible();
  await expect(
    page.getByRole("img", {
      name: /^States: Starting…, Connecting…, Connected, Reconnecting…, Connected, Call ended$/,
    }),
  ).toBeVisible();
  await expect(page.getByRole("img", { name: /^Opinion score: lowest [12]\.\d, highest 4\.\d$/ })).toBeVisible();
  await expect(page.getByRole("img")).toHaveCount(7);
  const slider = page.getByRole("slider", { name: "Position" });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect(slider).toHaveAttribute("aria-valuetext", "0:00.1, Starting…");
  await page.keyboard.press("End");
  await expect(slider).toHaveAttribute("aria-valuetext", "1:00.0, Call ended");
  await page.keyboard.press("Home");
  for (let event = 0; event < 4; event++) await page.getByRole("button", { name: "Next event" }).press("Enter");
  await expect(slider).toHaveAttribute("aria-valuetext", "0:01.4, Connecting…");
  await expect(page.locator("voice-replay [aria-current]")).toHaveText(/0:01\.4\s*Received\s*session\.updated/);
  await expect(page.locator("voice-replay pre")).toContainText('"event":"session.updated"');
  await page.getByRole("button", { name: /Reconnecting…/ }).click();
  await expect(slider).toHaveAttribute("aria-valuetext", "0:30.0, Reconnecting…");
  await expect(moment(page)).toContainText(/Network\s*90 ms/);
  await expect(moment(page)).toContainText(/Sound that was filled in\s*9\.0 %/);
  const cursors = await page
    .locator("voice-replay .cursor")
    .evaluateAll((all) => all.map((one) => one.getAttribute("x1")));
  expect(new Set(cursors)).toEqual(new Set(["120.00"])); // the middle of 240
  expect(await axeViolations(page)).toEqual([]);
});

test("a record is had from an address, dropped, or refused in words; what is shown before stays", async ({
  page,
  open,
}) => {
  await open(body);
  const drop = (text: string) =>
    page.locator("voice-replay section").evaluate((section, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "call.jsonl"));
      section.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, text);
  await drop(replaySample());
  await expect(page.getByText("1:00 long")).toBeVisible();
  await drop("no trace");
  await expect(page.getByRole("alert")).toHaveText("This file is not the record of a call.");
  await expect(page.getByText("1:00 long")).toBeVisible();
  await drop(replaySample().replace('"version":1', '"version":9'));
  await expect(page.getByRole("alert")).toHaveText("This record was written by another version of voicebridge.");
  await page.route("**/call.jsonl", (route) => route.fulfill({ body: replaySample() }));
  await page.evaluate(() => {
    document.querySelector("voice-replay")!.src = "/call.jsonl";
  });
  await expect(page.getByRole("alert")).toHaveText("");
  const replayed = () => page.evaluate(() => window.ui.events.filter(({ type }) => type === "voice-replayed").length);
  await expect.poll(replayed).toBe(2);
});

for (const [lang, dir, forced] of [
  ["de", "ltr", "none"],
  ["es", "ltr", "active"],
  ["en", "rtl", "none"],
] as const) {
  test(`a record fits 320 px and breaks no rule of axe, ${lang}, ${dir}, forced colours ${forced}`, async ({
    page,
    open,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ forcedColors: forced });
    await open(body, { lang, dir, scheme: "dark" });
    await expect(page.getByRole("button")).toBeVisible();
    expect(await axeViolations(page)).toEqual([]);
    await choose(page);
    await expect(page.getByRole("slider")).toBeVisible();
    expect(await overflow(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    const heights = await page
      .getByRole("button")
      .evaluateAll((buttons) => buttons.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
  });
}
