import { expect, type Locator, type Page } from "@playwright/test";
import { axeViolations, buttonNames, test } from "./elements-page.ts";

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const card = (page: Page) => page.getByRole("region", { name: "Voice call" });

async function talk(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { call } = window.ui;
    call.move("active");
    call.level(0.4, 0.2);
    call.quality(90);
    call.caption({ id: 1, speaker: "agent", text: "Hello, how can I help?", final: true });
  });
}

test("compact is one low row of icons with names, where keypad and devices unfold below", async ({ page, open }) => {
  await open(`<voice-call layout="compact"></voice-call>`);
  await page.getByRole("button").click();
  await talk(page);
  expect(await buttonNames(page)).toEqual(["Devices", "Hang up", "Keypad", "Mute"]);
  expect((await card(page).boundingBox())?.height).toBeLessThan(80);
  await expect(page.getByRole("meter")).toHaveCount(0);
  await expect(page.locator("[part=state]")).toHaveText("Connected");
  for (const name of ["Mute", "Keypad", "Devices", "Hang up"])
    await expect(page.getByRole("button", { name })).toHaveAttribute("title", name);
  await page.getByRole("button", { name: "Keypad" }).click();
  await expect(page.getByRole("button", { name: "5", exact: true })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Devices" }).click();
  await expect(page.getByRole("combobox", { name: "Microphone" })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflow(page)).toBe(0);
});

test("floating waits in the corner as a name, unfolds, folds to what matters, and shows how the call ended", async ({
  page,
  open,
}) => {
  await open(`<p>The page.</p><voice-call layout="floating"></voice-call>`, { scheme: "dark" });
  const fold = page.getByRole("button", { name: "Voice call" });
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const box = (await card(page).boundingBox())!;
  expect(Math.round(box.x + box.width)).toBe(width - 16);
  expect(Math.round(box.y + box.height)).toBe(height - 16);
  expect(box.height).toBeLessThan(70);
  expect(await axeViolations(page)).toEqual([]);
  // The page beside it can still be used.
  expect(await page.evaluate(({ x, y }) => document.elementFromPoint(x - 40, y + 10)?.tagName, box)).not.toBe(
    "VOICE-CALL",
  );

  await fold.focus();
  await page.keyboard.press("Enter");
  await expect(fold).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByRole("button", { name: "Start call" })).toBeVisible();
  await page.getByRole("button", { name: "Start call" }).click();
  await talk(page);
  await expect(page.getByText("how can I help?")).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await fold.click();
  await expect(page.getByText("how can I help?")).toBeHidden();
  expect(await buttonNames(page)).toEqual(["Hang up", "Mute", "Voice call"]);
  await expect(page.locator("[part=state]")).toHaveText("Connected");
  await page.evaluate(() =>
    window.ui.call.warn({
      code: "media-muted-talking",
      message: "You are muted.",
      action: "Unmute.",
      resume: async () => {},
    }),
  );
  await expect(page.getByRole("button", { name: "Unmute" })).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await page.evaluate(() => window.ui.call.end({ reason: "shop is closed", by: "remote" }));
  await expect(page.getByText("Reason: shop is closed", { exact: true })).toBeVisible();
  await expect(fold).toHaveAttribute("aria-expanded", "true");
});

test("floating fits a small screen, and mirrors to the other corner", async ({ page, open }) => {
  await page.setViewportSize({ width: 320, height: 480 });
  await open(`<voice-call layout="floating"></voice-call>`, { dir: "rtl" });
  await page.getByRole("button", { name: "Voice call" }).click();
  await page.getByRole("button", { name: "Start call" }).click();
  await talk(page);
  await page.getByRole("button", { name: "Devices" }).click();
  await expect(page.getByRole("combobox", { name: "Microphone" })).toBeAttached();
  const box = (await card(page).boundingBox())!;
  expect(Math.round(box.x)).toBe(16);
  expect(box.height).toBeLessThanOrEqual(480 - 32);
  expect(await overflow(page)).toBe(0);
  await page.getByRole("button", { name: "Hang up" }).scrollIntoViewIfNeeded();
  await expect(page.getByRole("button", { name: "Hang up" })).toBeInViewport();
});

test("the compact layout is one row where there is room", async ({ page, open }) => {
  await page.setViewportSize({ width: 432, height: 600 });
  await open(`<voice-call layout="compact"></voice-call>`);
  await page.evaluate(async () => {
    void document.querySelector("voice-call")!.start();
    await new Promise((resolve) => setTimeout(resolve));
    window.ui.call.move("active");
  });
  const middle = async (locator: Locator) => {
    const box = await locator.boundingBox();
    return box ? box.y + box.height / 2 : Number.NaN;
  };
  const status = page.locator("voice-call [part=status]").first();
  const mute = page.getByRole("button", { name: "Mute" });
  await expect(mute).toBeVisible();
  expect(Math.abs((await middle(status)) - (await middle(mute)))).toBeLessThan(4);
});
