import { expect, type Page, test } from "@playwright/test";
import { axeViolations } from "./elements-page.ts";

const figure = (page: Page, name: string) => page.getByTestId(`stat-${name}`);

test("the demo takes its choices from the address, and keeps them there", async ({ page }) => {
  await page.goto("/?agent=ivr&codec=PCMU&isolated");
  await expect(page.getByTestId("agent-ivr")).toBeChecked();
  await expect(page.getByTestId("codec")).toHaveValue("PCMU");
  const call = page.getByTestId("call");
  const origin = new URL(page.url()).host;
  await expect(call).toHaveJSProperty("src", `ws://${origin}/rtvbp/ivr`);
  await expect(call).toHaveJSProperty("codecs", "PCMU");
  await expect(page.getByTestId("code-script")).toContainText(
    `<voice-call src="ws://${origin}/rtvbp/ivr" codecs="PCMU">`,
  );

  await page.getByTestId("agent-talker").check();
  await page.getByTestId("codec").selectOption("");
  await page.getByTestId("lang").selectOption("de");
  expect(new URL(page.url()).search).toBe("?agent=talker&isolated=&lang=de");
  await expect(page.getByTestId("code-esm")).toContainText(`src="ws://${origin}/rtvbp/talker" lang="de"`);
  await expect(call.getByRole("button", { name: "Anrufen" })).toBeVisible();
});

test("the demo's code can be copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/?bundled&agent=echo");
  await page.getByTestId("copy-node").click();
  await expect(page.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    await page.getByTestId("code-node").textContent(),
  );
});

test("a call from the demo page: live figures, a frozen page, and who ended it", async ({ page }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (!/^(data|blob):/.test(protocol)) hosts.add(host);
  });
  await page.goto("/?agent=echo");
  expect(await axeViolations(page)).toEqual([]);
  const call = page.getByTestId("call");
  await call.getByRole("button", { name: "Start call" }).click();
  await expect(figure(page, "state")).toHaveText("active");
  await expect(figure(page, "codec")).toHaveText(/L16\/\d+\/1/);
  await expect(figure(page, "thread")).toHaveText("worker");
  await expect(figure(page, "delay")).toHaveText(/^\d+ ms$/);
  await expect(figure(page, "rtt")).toHaveText(/^[\d.]+ ms$/);
  await expect(page.getByTestId("agent-ivr")).toBeDisabled();
  expect(await axeViolations(page)).toEqual([]);

  await page.getByTestId("freeze").click();
  const result = page.getByTestId("freeze-result");
  await expect(result).toHaveText(/^Frozen for 3 s: \d+ frames sent, \d+ received, 0 lost, \d+ underruns\.$/);
  const counts = [...((await result.textContent()) ?? "").matchAll(/(\d+) (?:frames sent|received)/g)].map(([, n]) =>
    Number(n),
  );
  expect(Math.min(...counts)).toBeGreaterThan(30); // of about 150 in three seconds; a page that carries them itself has none

  await call.getByRole("button", { name: "Hang up" }).click();
  await expect(figure(page, "ended")).toHaveText("local: normal");
  await expect(page.getByTestId("log").locator("li").last()).toHaveAttribute("data-event", "voice-ended");
  expect([...hosts]).toEqual([new URL(page.url()).host]);
});

test("parts outside the element drive the same call", async ({ page }) => {
  await page.goto("/?bundled&agent=echo");
  const outside = page.locator(".outside");
  await outside.getByRole("button", { name: "Start call" }).click();
  await expect(outside.locator("voice-status")).toContainText("Connected");
  const mute = outside.getByRole("button", { name: "Mute" });
  await mute.click();
  await expect(mute).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByTestId("call").getByRole("button", { name: "Mute" })).toHaveAttribute("aria-pressed", "true");
  await outside.getByRole("button", { name: "Hang up" }).click();
  await expect(figure(page, "ended")).toHaveText("local: normal");
});

test("the demo fits 320 px and breaks no rule of axe in the dark", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/?bundled&agent=talker&lang=es");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
});
