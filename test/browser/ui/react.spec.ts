import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import type { VoiceCall } from "../../../lib/ui/voice-call/voice-call.ts";
import type { ReactPage } from "./react-page.ts";

declare global {
  interface Window {
    reactPage: ReactPage;
  }
}

async function openReactPage(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [resolve(import.meta.dirname, "react-page.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"development"' },
    write: false,
    logLevel: "error",
  });
  await page.goto("/test.html");
  await page.addScriptTag({ type: "module", content: outputFiles[0]?.text ?? "" });
  await page.waitForFunction(() => Boolean(window.reactPage));
}

const element = (page: Page) => page.locator("voice-call");

test("a React component makes a call, and its handlers are those of the newest render", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await openReactPage(page);
  await page.getByRole("button", { name: "Start call" }).click();
  await expect(page.locator("output")).toHaveText("active");
  await page.locator("main > voice-mute-button").getByRole("button", { name: "Mute" }).click();
  await expect(element(page).getByRole("button", { name: "Mute" })).toHaveAttribute("aria-pressed", "true");
  await element(page).getByRole("button", { name: "Hang up" }).click();
  await expect(page.locator("output")).toHaveText("terminated");
  const told = await page.evaluate(() => window.reactPage.told);
  expect(told.map(([state]) => state)).toEqual(["initiating", "connecting", "active", "terminating", "terminated"]);
  const renders = told.map(([, render]) => render);
  expect(renders).toEqual([...new Set(renders)]); // a state each, and each a render
  expect(errors).toEqual([]);
});

test("properties without an attribute are set before the first render, and taken back", async ({ page }) => {
  await openReactPage(page);
  const read = () =>
    element(page).evaluate((call) => {
      const { options, label, noKeypad, theme } = call as VoiceCall;
      return { options, label, noKeypad, theme: theme ?? null };
    });
  await page.evaluate(() =>
    window.reactPage.show({ options: { from: "page" }, label: "Talk", noKeypad: true, theme: "dark" }),
  );
  expect(await read()).toEqual({ options: { from: "page" }, label: "Talk", noKeypad: true, theme: "dark" });
  await expect(element(page).locator(".title")).toHaveText("Talk");
  await page.evaluate(() => window.reactPage.show({ noKeypad: false }));
  const { options, noKeypad, theme } = await read();
  expect([options, Boolean(noKeypad), theme]).toEqual([undefined, false, null]);
  const made = await element(page).evaluate((call) => typeof (call as VoiceCall).createCall);
  expect(made).toBe("function");
});

test("a component that leaves the page hangs up", async ({ page }) => {
  await openReactPage(page);
  await page.getByRole("button", { name: "Start call" }).click();
  await expect(page.locator("output")).toHaveText("active");
  await page.evaluate(() => {
    const { call } = document.querySelector("voice-call")!;
    Object.assign(window, { last: call });
    window.reactPage.show(undefined);
  });
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { last: VoiceCall["call"] }).last?.ended?.by))
    .toBe("local");
});

test("<VoiceIncoming> registers its element, rings for the client it is given, and tells its handler", async ({
  page,
}) => {
  await openReactPage(page);
  expect(await page.evaluate(() => customElements.get("voice-incoming"))).toBeUndefined();
  await page.evaluate(() => window.reactPage.ring());
  await expect(page.getByRole("alertdialog")).toHaveAccessibleDescription("Alice");
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  expect(await page.evaluate(() => window.reactPage.told.at(-1))).toEqual(["accepted", 0]);
});
