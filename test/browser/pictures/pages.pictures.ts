/** Part of `npm run pictures`: the real demo server's phone with two people, and the check before a call, as contact sheets. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import { type PageManner, pageManners } from "./groups.ts";
import { type Picture, writeSheet } from "./sheet.ts";

const folder = resolve("build/pictures");

const options = ({ forced, ...media }: PageManner): BrowserContextOptions => ({
  colorScheme: media.scheme,
  forcedColors: forced ? "active" : "none",
  viewport: { width: media.width, height: 800 },
  reducedMotion: "reduce",
  permissions: ["microphone"],
});

const taken = async (name: string, page: Page): Promise<Picture> => ({
  name,
  png: await page.locator("main").screenshot({ animations: "disabled" }),
});

async function openPhone(browser: Browser, manner: PageManner, name: string, id: string): Promise<Page> {
  const context = await browser.newContext(options(manner));
  const page = await context.newPage();
  await page.goto(`/phone?id=${id}&name=${encodeURIComponent(name)}`);
  await expect(page.locator("#line")).toHaveText("Online: others can call.", { timeout: 30_000 });
  await page.locator("main").click({ position: { x: 2, y: 2 } }); // lets the ringtone sound
  return page;
}

for (const [manner, look] of Object.entries(pageManners)) {
  test(`sheet of the phone, ${manner}`, async ({ browser, context }) => {
    test.setTimeout(240_000);
    mkdirSync(folder, { recursive: true });
    const pictures: Picture[] = [];
    const first = await (await browser.newContext(options(look))).newPage();
    await first.goto("/phone/");
    pictures.push(await taken("who are you", first));
    await first.context().close();

    const ada = await openPhone(browser, look, "Ada", `ada-${manner}`);
    pictures.push(await taken("nobody else", ada));
    const bo = await openPhone(browser, look, "Bo Lindqvist-Sørensen", `bo-${manner}`);
    const call = ada.getByRole("button", { name: "Call Bo Lindqvist-Sørensen", exact: true });
    await expect(call).toBeVisible({ timeout: 30_000 });
    pictures.push(await taken("directory", ada));
    await call.click();
    await expect(bo.getByRole("alertdialog")).toBeVisible({ timeout: 30_000 });
    pictures.push(await taken("calls", ada), await taken("is called", bo));
    await bo.getByRole("button", { name: "Accept" }).click();
    const lines = ada.getByRole("list", { name: "Calls that are on" }).getByRole("listitem");
    await expect(lines).toContainText("Talking", { timeout: 30_000 });
    pictures.push(await taken("in a call", ada));
    await ada.getByRole("button", { name: /^Hold: Bo/ }).click();
    await expect(lines).toContainText("On hold", { timeout: 30_000 });
    pictures.push(await taken("holds", ada), await taken("is held", bo));
    await bo.getByRole("button", { name: "Hang up: Ada" }).click();
    await expect(lines).toHaveCount(0, { timeout: 30_000 });
    await ada.getByRole("button", { name: "Call Bo Lindqvist-Sørensen", exact: true }).click();
    await expect(bo.getByRole("alertdialog")).toBeVisible({ timeout: 30_000 });
    await ada.getByRole("button", { name: /^Hang up: Bo/ }).click();
    await expect(bo.getByRole("alertdialog")).toHaveCount(0, { timeout: 30_000 });
    pictures.push(await taken("missed a call", bo));
    await ada.getByRole("button", { name: "Call Bo Lindqvist-Sørensen", exact: true }).click();
    await bo.getByRole("button", { name: "Accept" }).click({ timeout: 30_000 });
    await expect(lines).toContainText("Talking", { timeout: 30_000 });
    await ada.getByRole("button", { name: "Call Echo" }).click();
    await expect(lines.filter({ hasText: "Echo" })).toContainText("Talking", { timeout: 30_000 });
    pictures.push(await taken("two calls", ada));
    await ada.getByRole("button", { name: "Join all in a conference" }).click();
    await expect(ada.getByRole("list", { name: "Participants" }).getByRole("listitem")).toHaveCount(3, {
      timeout: 30_000,
    });
    pictures.push(await taken("in a conference", ada));
    for (const page of [ada, bo]) await page.context().close();
    await writeSheet(context, folder, `phone-${manner}`, pictures, look.width > 400 ? 3 : 4);
  });

  test(`sheet of the check before a call, ${manner}`, async ({ browser, context }) => {
    test.setTimeout(120_000);
    mkdirSync(folder, { recursive: true });
    const pictures: Picture[] = [];
    for (const [src, heard] of [
      ["/rtvbp/echo", "Yes"],
      ["ws://127.0.0.1:9/", "No"],
    ] as const) {
      const page = await (await browser.newContext(options(look))).newPage();
      await page.goto("/elements/voice-preflight/");
      const check = page.locator("#stage voice-preflight");
      const take = async (name: string) =>
        pictures.push({ name: `${name} (${src})`, png: await check.screenshot({ animations: "disabled" }) });
      await check.evaluate((element, src) => {
        Object.assign(element, { src, options: { reconnect: false } });
      }, src);
      await take("before");
      await check.getByRole("button", { name: "Start the check" }).click();
      await expect(check.getByText("Say a few words.")).toBeVisible({ timeout: 20_000 });
      await take("speak");
      await expect(check.getByText("Listen: two tones are played.")).toBeVisible({ timeout: 20_000 });
      await take("listen");
      await check.getByRole("button", { name: heard }).waitFor({ timeout: 20_000 });
      await take("heard?");
      await check.getByRole("button", { name: heard }).click();
      await check.getByRole("button", { name: "Check again" }).waitFor({ timeout: 30_000 });
      await take("report");
      await page.context().close();
    }
    await writeSheet(context, folder, `preflight-${manner}`, pictures);
  });
}
