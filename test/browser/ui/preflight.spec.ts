import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import type { PreflightReport } from "../../../lib/call/preflight.ts";
import { axeViolations } from "./elements-page.ts";

const element = (page: Page) => page.getByTestId("preflight");
const button = (page: Page, name: string) => element(page).getByRole("button", { name });

async function openAt(page: Page, src: string): Promise<void> {
  await page.goto("/?agent=echo");
  await element(page).evaluate((preflight, src) => {
    (preflight as HTMLElementTagNameMap["voice-preflight"]).src = src;
  }, src);
}

/** Tracks that are still open. */
async function watchTracks(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(window, { tracks });
    const { mediaDevices } = navigator;
    const get = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await get(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  return () =>
    page.evaluate(
      () =>
        (window as unknown as { tracks: MediaStreamTrack[] }).tracks.filter(({ readyState }) => readyState === "live")
          .length,
    );
}

test("a check of everything ends in a report with verdicts, which can be saved", async ({ page }) => {
  const tracks = await watchTracks(page);
  await openAt(page, "/rtvbp/echo");
  expect(await axeViolations(page)).toEqual([]);
  await button(page, "Start the check").click();
  await expect(element(page).getByRole("status")).toHaveText("Say a few words.");
  await expect(element(page).getByRole("status")).toHaveText("Did you hear two tones?", { timeout: 20_000 });
  expect(await axeViolations(page)).toEqual([]);
  await button(page, "Yes").click();
  await expect(button(page, "Check again")).toBeVisible({ timeout: 30_000 });
  const download = page.waitForEvent("download");
  await element(page).getByRole("link", { name: "Save the report" }).click();
  const report: PreflightReport = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  const names = report.checks.map(({ name }) => name);
  expect(names).toEqual(["microphone", "speaker", "echo", "connection", "codec", "roundTrip", "jitter", "loop"]);
  const of = (name: string) => report.checks.find((check) => check.name === name);
  for (const name of ["microphone", "connection", "roundTrip", "loop"])
    expect(of(name)?.value, name).toEqual(expect.any(Number));
  expect(of("speaker")?.verdict).toBe("good");
  expect(of("connection")?.verdict).toBe("good");
  expect(of("codec")?.text).toMatch(/^L16/);
  expect(of("loop")?.verdict).not.toBe("skipped");
  expect(Date.parse(report.at)).toBeGreaterThan(0);
  await expect(element(page).getByRole("listitem")).toHaveCount(8);
  expect(await axeViolations(page)).toEqual([]);
  expect(await tracks()).toBe(0);
});

test("what fails is a verdict with what to do, and the rest is checked all the same", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("Permission denied", "NotAllowedError");
    };
  });
  await openAt(page, "/rtvbp/ivr");
  await button(page, "Start the check").click();
  await button(page, "No").click({ timeout: 20_000 });
  await expect(button(page, "Check again")).toBeVisible({ timeout: 30_000 });
  await expect(element(page).getByRole("status")).toHaveText("A call will not work yet.");
  await expect(element(page).getByRole("listitem")).toContainText([
    /Microphone: Does not work.*Allow the microphone/s,
    /Loudspeaker: Does not work.*Turn the volume up/s,
    /Loudspeaker in the microphone: Not checked/,
    /Connection: Good/,
  ]);
});

test("a server that is not there is a verdict, too", async ({ page }) => {
  await openAt(page, "ws://127.0.0.1:9/rtvbp/echo");
  await element(page).evaluate((preflight) => {
    (preflight as HTMLElementTagNameMap["voice-preflight"]).options = { reconnect: false };
  });
  await button(page, "Start the check").click();
  await button(page, "Yes").click({ timeout: 20_000 });
  await expect(button(page, "Check again")).toBeVisible({ timeout: 30_000 });
  await expect(element(page).getByRole("listitem").nth(3)).toContainText(/Connection: Does not work/);
  await expect(element(page).getByRole("listitem").nth(5)).toContainText(/Round trip: Not checked/);
});

test("a check can be stopped at any moment, and leaves nothing open", async ({ page }) => {
  const tracks = await watchTracks(page);
  await openAt(page, "/rtvbp/echo");
  await button(page, "Start the check").click();
  await expect.poll(tracks).toBe(1);
  await button(page, "Stop the check").click();
  await expect(button(page, "Start the check")).toBeVisible();
  await expect.poll(tracks).toBe(0);
  await button(page, "Start the check").click();
  await button(page, "Yes").waitFor({ timeout: 20_000 });
  await element(page).evaluate((preflight) => preflight.remove());
  await expect.poll(tracks).toBe(0);
});
