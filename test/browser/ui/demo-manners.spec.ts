import { type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import { axeViolations } from "./elements-page.ts";

/** The demo and the phone in dark, in forced colours, and on a small screen: every state of a call that a person goes through. */
const manners = [
  { name: "dark", colorScheme: "dark", forcedColors: "none", width: 1100 },
  { name: "forced colours", colorScheme: "dark", forcedColors: "active", width: 1100 },
  { name: "320 px, light", colorScheme: "light", forcedColors: "none", width: 320 },
] as const;

async function isFine(page: Page, state: string): Promise<void> {
  const forced = await page.evaluate(() => matchMedia("(forced-colors: active)").matches);
  // There the system chooses; what Chromium computes for the text (`-webkit-text-fill-color`) is still the author's.
  const violations = (await axeViolations(page)).filter((text) => !forced || !text.startsWith("color-contrast"));
  expect({ state, violations }).toEqual({ state, violations: [] });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect({ state, over }).toEqual({ state, over: 0 });
}

for (const { name, width, ...media } of manners) {
  test(`the demo breaks no rule of axe in any state of a call: ${name}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ ...media, reducedMotion: "reduce" });
    await page.goto("/?agent=echo");
    const call = page.getByTestId("call");
    await expect(call.getByRole("button", { name: "Start call" })).toBeVisible();
    await isFine(page, "before");
    await call.getByRole("button", { name: "Start call" }).click();
    await expect(call.getByRole("button", { name: "Mute" })).toBeVisible({ timeout: 30_000 });
    await isFine(page, "connected");
    await call.getByRole("button", { name: "Mute" }).click();
    await call.getByRole("button", { name: "Keypad" }).click();
    await isFine(page, "muted, keypad");
    await call.getByRole("button", { name: "Devices" }).click();
    await call.locator("voice-quality summary").click();
    await expect(call.locator("voice-quality")).toContainText("MOS", { timeout: 30_000 });
    await isFine(page, "devices, quality");
    await call.getByRole("button", { name: "Hang up" }).click();
    await expect(call.getByRole("button", { name: "Call again" })).toBeVisible();
    await isFine(page, "ended");
  });

  test(`the phone breaks no rule of axe while it rings, talks and holds: ${name}`, async ({ browser }) => {
    test.setTimeout(180_000);
    const options: BrowserContextOptions = {
      ...media,
      permissions: ["microphone"],
      viewport: { width, height: 800 },
      reducedMotion: "reduce",
    };
    const contexts = [await browser.newContext(options), await browser.newContext(options)];
    const [alice, bob] = await Promise.all(contexts.map((context) => context.newPage()));
    if (!alice || !bob) throw new Error("no pages");
    const id = (who: string) => `${who}-${name.replaceAll(/\W/g, "")}-${Date.now() % 100_000}`;
    await alice.goto("/phone/");
    await expect(alice.getByRole("heading", { name: "Who are you?" })).toBeVisible();
    await isFine(alice, "who");
    for (const [page, who] of [
      [alice, "Ada"],
      [bob, "Bo"],
    ] as const) {
      await page.goto(`/phone?id=${id(who.toLowerCase())}&name=${who}`);
      await expect(page.locator("#line")).toHaveText("Online: others can call.", { timeout: 30_000 });
    }
    await alice.getByRole("button", { name: "Call Bo", exact: true }).click({ timeout: 30_000 });
    await expect(bob.getByRole("alertdialog")).toBeVisible({ timeout: 30_000 });
    await isFine(bob, "rings");
    await isFine(alice, "calling");
    await bob.getByRole("button", { name: "Accept" }).click();
    const lines = alice.getByRole("list", { name: "Calls that are on" }).getByRole("listitem");
    await expect(lines).toContainText("Talking", { timeout: 30_000 });
    await isFine(alice, "talking");
    await alice.getByRole("button", { name: "Hold: Bo" }).click();
    await expect(lines).toContainText("On hold", { timeout: 30_000 });
    await isFine(alice, "holds");
    await isFine(bob, "is held");
    await bob.getByRole("button", { name: "Hang up: Ada" }).click();
    await expect(lines).toHaveCount(0, { timeout: 30_000 });
    await isFine(alice, "ended");
    for (const context of contexts) await context.close();
  });
}
