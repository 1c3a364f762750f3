import { expect, type Page } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

const body = `<voice-call><voice-pip-button slot="controls" stacked></voice-pip-button></voice-call>`;
const button = (page: Page) => page.getByRole("button", { name: "Small window", exact: true });

async function openWindow(page: Page): Promise<Page> {
  const opening = page.context().waitForEvent("page");
  await button(page).click();
  const small = await opening;
  await expect(small.getByRole("button", { name: "Mute" })).toBeVisible();
  return small;
}

test("a call is muted and ended in a small window of its own, which closes with it", async ({ page, open }) => {
  await open(body, { lang: "en", scheme: "dark" });
  await page.getByRole("button", { name: "Start call" }).click();
  await page.evaluate(() => {
    window.ui.call.move("active");
    window.ui.call.level(0.5, 0.5);
  });
  const small = await openWindow(page);
  await expect(button(page)).toHaveAttribute("aria-pressed", "true");
  await expect(small.locator("[part=state]")).toHaveText("Connected");
  await page.evaluate(() => window.ui.call.level(0.5, 0.5));
  await expect(small.locator("voice-level").first().locator("i.on")).not.toHaveCount(0);
  await small.emulateMedia({ colorScheme: "dark" });
  // Its own style sheets: round icons, and the colours of the page.
  expect(await small.locator("voice-mute-button .icon").evaluate((icon) => getComputedStyle(icon).borderRadius)).toBe(
    "50%",
  );
  expect(await small.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(21, 27, 38)");
  await small.setViewportSize({ width: 320, height: 200 });
  expect(
    await small.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
  ).toEqual([320, 200]);
  await small.getByRole("button", { name: "Mute" }).click();
  await page.evaluate(() => window.ui.call.mute(true));
  await expect(small.getByRole("button", { name: "Mute" })).toHaveAttribute("aria-pressed", "true");
  await page.evaluate(() =>
    document.addEventListener("voice-hangup-request", (event) => event.preventDefault(), { once: true }),
  );
  await small.getByRole("button", { name: "Hang up" }).click(); // the page objects
  await small.getByRole("button", { name: "Hang up" }).click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start", "setMuted true", "hangUp"]);
  const closed = small.waitForEvent("close");
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await closed;
  const types = await page.evaluate(() => window.ui.events.map(({ type }) => type));
  expect(types).toContain("voice-pip-request");
  expect(types.filter((type) => type === "voice-hangup-request")).toHaveLength(2);
});

test("the window is closed by its button, by its own cross, and when the element goes; all is given back", async ({
  page,
  open,
}) => {
  await open(body, { dir: "rtl" });
  await page.getByRole("button", { name: "Start call" }).click();
  await page.evaluate(() => window.ui.call.move("active"));
  const listeners = await page.evaluate(() => window.ui.call.listeners);
  for (const close of [
    () => button(page).click(),
    (small: Page) => small.close({ runBeforeUnload: false }),
    () => page.evaluate(() => document.querySelector("voice-pip-button")!.remove()),
  ]) {
    const small = await openWindow(page);
    expect(await small.evaluate(() => document.documentElement.dir)).toBe("rtl");
    const closed = small.waitForEvent("close");
    await close(small);
    await closed;
    if (await button(page).count()) {
      await expect(button(page)).toHaveAttribute("aria-pressed", "false");
      expect(await page.evaluate(() => window.ui.call.listeners)).toBe(listeners);
    }
  }
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start"]);
  expect(await axeViolations(page)).toEqual([]);
});

test("a browser without such windows shows no button", async ({ page, open }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "documentPictureInPicture"));
  await open(body);
  await page.getByRole("button", { name: "Start call" }).click();
  await expect(page.getByRole("button", { name: "Hang up" })).toBeVisible();
  await expect(button(page)).toHaveCount(0);
});
