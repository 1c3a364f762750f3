import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

const body = `<voice-recorder></voice-recorder>`;

async function inCall(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.querySelector("voice-recorder")!.call = window.ui.call;
    window.ui.call.move("active");
  });
}
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const asked = (page: Page) => page.evaluate(() => window.ui.call.asked);

test("recording starts only after it was agreed to, can be paused, and is saved as a file", async ({ page, open }) => {
  await open(body);
  await expect(button(page, "Record")).toHaveAttribute("aria-disabled", "true");
  await inCall(page);
  await expect(button(page, "Record")).toHaveAttribute("aria-disabled", "false");
  await button(page, "Record").click();
  await expect(page.getByText("Start only when everybody has agreed.")).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  expect(await asked(page)).toEqual([]);
  await button(page, "Do not record").click();
  await button(page, "Record").click();
  await button(page, "Everybody agrees: record").click();
  await expect(page.getByRole("status")).toHaveText("Recording");
  expect(await asked(page)).toEqual(["startRecording"]);
  const pause = button(page, "Pause");
  await pause.click();
  await expect(page.getByRole("status")).toHaveText("Recording paused");
  await expect(pause).toHaveAttribute("aria-pressed", "true");
  await pause.click();
  await expect(page.getByRole("status")).toHaveText("Recording");
  expect(await axeViolations(page)).toEqual([]);
  await button(page, "Stop recording").click();
  await expect(page.getByRole("status")).toHaveText("The recording is ready.");
  expect(await asked(page)).toEqual([
    "startRecording",
    "pauseRecording recording-1 true",
    "pauseRecording recording-1 false",
    "stopRecording recording-1",
  ]);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the recording" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^Call .*\.webm$/);
  expect(readFileSync(await file.path(), "utf8")).toBe("sound");
  expect(await axeViolations(page)).toEqual([]);
  const types = await page.evaluate(() => window.ui.events.map(({ type }) => type));
  expect(types).toEqual(["voice-record-request", "voice-recorded"]);
  await button(page, "Discard the recording").click();
  await expect(page.getByRole("link")).toHaveCount(0);
  await expect(button(page, "Record")).toBeVisible();
});

test("the timer stands still while it is paused", async ({ page, open }) => {
  await page.clock.install({ time: 0 });
  await open(body);
  await page.clock.pauseAt(600_000);
  await inCall(page);
  await button(page, "Record").click();
  await button(page, "Everybody agrees: record").click();
  await expect(page.getByRole("timer")).toHaveText("0:00");
  await page.clock.runFor(5000);
  await expect(page.getByRole("timer")).toHaveText("0:05");
  await button(page, "Pause").click();
  await page.clock.runFor(30_000);
  await expect(page.getByRole("timer")).toHaveText("0:05");
  await button(page, "Pause").click();
  await page.clock.runFor(3000);
  await expect(page.getByRole("timer")).toHaveText("0:08");
});

test("what is recorded when the call ends can be saved, also during the next call", async ({ page, open }) => {
  await open(body);
  await inCall(page);
  await button(page, "Record").click();
  await button(page, "Everybody agrees: record").click();
  await page.evaluate(() => {
    window.ui.call.recorded("somebody else's");
    window.ui.call.recorded("recording-1");
    window.ui.call.end({ reason: "normal", by: "remote" });
    document.querySelector("voice-recorder")!.call = new window.ui.FakeCall();
  });
  await expect(page.getByRole("link", { name: "Save the recording" })).toBeVisible();
  expect(await page.evaluate(() => window.ui.events.length)).toBe(2);
});

test("the page puts its own question, can refuse, and hears of a failure", async ({ page, open }) => {
  await open(`<voice-recorder><label slot="consent"><input type="checkbox"> Both of us agree</label></voice-recorder>`);
  await inCall(page);
  await button(page, "Record").click();
  await expect(page.getByLabel("Both of us agree")).toBeVisible();
  await expect(page.getByText("everybody has agreed")).toBeHidden();
  await page.evaluate(() =>
    document.addEventListener("voice-record-request", (event) => event.preventDefault(), { once: true }),
  );
  await button(page, "Everybody agrees: record").click();
  await expect(button(page, "Record")).toBeVisible();
  expect(await asked(page)).toEqual([]);
  await page.evaluate(() => window.ui.call.refuse.set("startRecording", new Error("no MediaRecorder")));
  await button(page, "Record").click();
  await button(page, "Everybody agrees: record").click();
  await expect(button(page, "Record")).toBeVisible();
  await expect
    .poll(() => page.evaluate(() => window.ui.events.map(({ type }) => type)))
    .toEqual(["voice-record-request", "voice-record-request", "voice-error"]);
});

test("a recording is a WAV file where the page wants one", async ({ page, open }) => {
  await open(`<voice-recorder format="wav"></voice-recorder>`);
  await inCall(page);
  await button(page, "Record").click();
  await button(page, "Everybody agrees: record").click();
  // A real recording: 0.5 s of a tone through MediaRecorder.
  await page.evaluate(async () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 440 });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    tone.connect(out);
    tone.start();
    const recorder = new MediaRecorder(out.stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    while (context.currentTime < 0.7) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    window.ui.call.recorded("recording-1", new Blob(parts, { type: recorder.mimeType }));
  });
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the recording" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.wav$/);
  const bytes = readFileSync(await file.path());
  expect(bytes.toString("latin1", 0, 4) + bytes.toString("latin1", 8, 16)).toBe("RIFFWAVEfmt ");
  expect(bytes.readUInt32LE(24)).toBe(48_000);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const samples = new Int16Array(new Uint8Array(bytes.subarray(44)).buffer);
  expect(samples.length).toBeGreaterThan(10_000);
  expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(10_000);
});

for (const lang of ["de", "es"]) {
  test(`the recorder fits 320 px and can be tapped, ${lang}`, async ({ page, open }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open(body, { lang, scheme: "dark" });
    await inCall(page);
    await page.getByRole("button").first().click();
    for (let screen = 0; screen < 2; screen++) {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(await axeViolations(page)).toEqual([]);
      const heights = await page
        .getByRole("button")
        .evaluateAll((buttons) => buttons.map((one) => one.getBoundingClientRect().height));
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
      await page.getByRole("button").first().click();
    }
  });
}
