import { expect, test } from "@playwright/test";
import { inWholeBrowser, speaking } from "../support/chromium.ts";

// The flag that answers every question with yes would outdo a denial.
const { args, ...launch } = inWholeBrowser(speaking());
test.use({
  permissions: [],
  launchOptions: { ...launch, args: args.filter((flag) => flag !== "--use-fake-ui-for-media-stream") },
});

test("a microphone that was denied and is then allowed works at the next try, without reloading", async ({ page }) => {
  await page.goto("/?bundled&agent=echo");
  const { origin } = new URL(page.url());
  const browser = page.context().browser()!;
  const devtools = await browser.newBrowserCDPSession();
  const set = async (setting: "denied" | "granted") => {
    const { browserContextIds } = await devtools.send("Target.getBrowserContexts");
    for (const browserContextId of browserContextIds)
      await devtools.send("Browser.setPermission", {
        permission: { name: "microphone" },
        setting,
        origin,
        browserContextId,
      });
  };
  const loaded = await page.evaluate(() => performance.timeOrigin);
  await set("denied");
  await expect(page.getByText("The microphone is blocked for this page.")).toBeVisible();
  await page.getByTestId("call").getByRole("button", { name: "Start call" }).click();
  await expect(page.getByTestId("call").locator("[part=code]")).toHaveText("media-permission-denied");
  await set("granted");
  await expect(page.getByText("The microphone is allowed now. Try again.")).toBeVisible();
  await page.getByTestId("call").getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("stat-state")).toHaveText("active");
  await page.getByTestId("call").getByRole("button", { name: "Hang up" }).click();
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
});
