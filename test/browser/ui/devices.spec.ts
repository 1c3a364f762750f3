import { expect, type Page } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

const body = `<voice-devices></voice-devices>`;
const microphone = (page: Page) => page.getByRole("combobox", { name: "Microphone" });
const speaker = (page: Page) => page.getByRole("combobox", { name: "Loudspeaker" });

/** Tracks that are open on the page. */
async function watchTracks(page: Page): Promise<() => Promise<{ live: number; labels: string[] }>> {
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
    page.evaluate(() => {
      const { tracks } = window as unknown as { tracks: MediaStreamTrack[] };
      const live = tracks.filter(({ readyState }) => readyState === "live");
      return { live: live.length, labels: live.map(({ label }) => label) };
    });
}

test("before the permission devices have no names, until the person allows the microphone", async ({ page, open }) => {
  const tracks = await watchTracks(page);
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () => {
      if ((window as unknown as { tracks: unknown[] }).tracks.length > 0) return list();
      return [{ kind: "audioinput", deviceId: "", label: "", groupId: "" } as MediaDeviceInfo];
    };
  });
  await open(body);
  await expect(page.getByText("Your browser names your devices")).toBeVisible();
  await expect(microphone(page).getByRole("option")).toHaveText(["System default"]);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Allow the microphone" }).click();
  await expect(microphone(page).getByRole("option")).toHaveCount(3);
  await expect(page.getByRole("button", { name: "Allow the microphone" })).toHaveCount(0);
  expect((await tracks()).live).toBe(0);
});

test("what is plugged in and out is followed; a chosen device that is away is shown so", async ({ page, open }) => {
  await open(body);
  await microphone(page).selectOption({ label: "Fake Audio Input 2" });
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () => (await list()).filter(({ label }) => label !== "Fake Audio Input 2");
    mediaDevices.dispatchEvent(new Event("devicechange"));
  });
  await expect(microphone(page).locator("option:checked")).toHaveText("Fake Audio Input 2 (not connected)");
  await expect(microphone(page).getByRole("option", { name: "Fake Audio Input 1" })).toBeAttached();
});

test("a device that cannot be used: why and what to do is read out, and the list shows what is in use", async ({
  page,
  open,
}) => {
  await open(body);
  await page.evaluate(() => {
    const { devices } = window.ui.call;
    document.querySelector("voice-devices")!.call = window.ui.call;
    devices.join({
      useMicrophone: () =>
        Promise.reject(
          Object.assign(new Error("The microphone could not be started."), {
            code: "media-in-use",
            action: "Close other programs that use the microphone, then try again.",
          }),
        ),
      useSpeaker: async () => {},
      useSettings: async () => {},
    });
  });
  await microphone(page).selectOption({ label: "Fake Audio Input 1" });
  await expect(page.getByRole("alert")).toHaveText(/could not be started\. Close other programs/);
  await expect(microphone(page).locator("option:checked")).toHaveText(/^System default/);
  expect(await page.evaluate(() => window.ui.events.map(({ type }) => type))).toEqual([
    "voice-microphone-request",
    "voice-error",
  ]);
  expect(await axeViolations(page)).toEqual([]);
});

test("a page can refuse what a person chose", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    for (const kind of ["microphone", "speaker", "processing"])
      document.addEventListener(`voice-${kind}-request`, (event) => event.preventDefault());
  });
  await microphone(page).selectOption({ label: "Fake Audio Input 1" });
  await page.getByRole("checkbox", { name: "Remove echo" }).click();
  await expect(microphone(page).locator("option:checked")).toHaveText(/^System default/);
  await expect(page.getByRole("checkbox", { name: "Remove echo" })).toBeChecked();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test("the microphone can be tried without a call: its level shows, another choice is tried at once, and nothing stays open", async ({
  page,
  open,
}) => {
  const tracks = await watchTracks(page);
  await open(body);
  const button = page.getByRole("button", { name: "Test the microphone" });
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  // The fake microphone beeps once a second.
  await expect(page.getByRole("meter")).not.toHaveAttribute("aria-valuenow", "0");
  await microphone(page).selectOption({ label: "Fake Audio Input 2" });
  await expect.poll(tracks).toEqual({ live: 1, labels: ["Fake Audio Input 2"] });
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "false");
  expect((await tracks()).live).toBe(0);
  await button.click();
  await expect.poll(async () => (await tracks()).live).toBe(1);
  await page.evaluate(() => document.querySelector("voice-devices")!.remove());
  await expect.poll(async () => (await tracks()).live).toBe(0);
});

test("a test sound is played on the chosen loudspeaker", async ({ page, open }) => {
  await page.addInitScript(() => {
    const sinks: string[] = [];
    const context = AudioContext.prototype as AudioContext & { setSinkId(id: string): Promise<void> };
    const { setSinkId } = context;
    context.setSinkId = function (id) {
      sinks.push(id);
      return setSinkId.call(this, id);
    };
    Object.assign(window, { sinks });
  });
  await open(body);
  await speaker(page).selectOption({ label: "Fake Audio Output 2" });
  const button = page.getByRole("button", { name: "Play a test sound" });
  await button.click();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAttribute("aria-disabled", "false");
  expect(
    await page.evaluate(async () => {
      const { sinks } = window as unknown as { sinks: string[] };
      const outputs = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "audiooutput");
      return sinks.map((sink) => outputs.find(({ deviceId }) => deviceId === sink)?.label);
    }),
  ).toEqual(["Fake Audio Output 2"]);
});

test("in a call the volume is the call's, and the level is that of the call", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    document.querySelector("voice-devices")!.call = window.ui.call;
    window.ui.call.move("active");
  });
  await expect(page.getByRole("button", { name: "Test the microphone" })).toBeHidden();
  await page.evaluate(() => window.ui.call.level(1, 0));
  await expect(page.getByRole("meter")).toHaveAttribute("aria-valuenow", "20");
  const volume = page.getByRole("slider", { name: "Volume" });
  await expect(volume).toHaveValue("100");
  await volume.fill("40");
  await expect(volume).toHaveAttribute("aria-valuetext", "40 %");
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["setVolume 0.4"]);
});

for (const lang of ["en", "de", "es"]) {
  test(`the devices fit 320 px, can be tapped, and break no rule of axe, ${lang}`, async ({ page, open }) => {
    await page.setViewportSize({ width: 320, height: 900 });
    await open(body, { lang, scheme: lang === "de" ? "dark" : "light" });
    await expect(page.getByRole("checkbox")).toHaveCount(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    const small = await page
      .locator("voice-devices :is(button, select, label.check, input[type=range])")
      .evaluateAll(
        (controls) => controls.filter((control) => control.getBoundingClientRect().height % 1000 < 44).length,
      );
    expect(small).toBe(1); // the volume is hidden without a call
    expect(await axeViolations(page)).toEqual([]);
  });
}

test("the devices are set by keyboard alone", async ({ page, open }) => {
  await open(`<voice-call no-captions></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  const show = page.getByRole("button", { name: "Devices" });
  await show.focus();
  await page.keyboard.press("Enter");
  await expect(microphone(page)).toBeVisible();
  await expect(show).toHaveAttribute("aria-expanded", "true");
  for (const before of ["Keypad", "Mute"]) {
    await page.keyboard.press("Shift+Tab");
    await expect(page.getByRole("button", { name: before })).toBeFocused();
  }
  for (const control of [
    page.getByRole("checkbox", { name: "Adjust the level" }),
    page.getByRole("checkbox", { name: "Suppress noise" }),
    page.getByRole("checkbox", { name: "Remove echo" }),
    page.getByRole("slider", { name: "Volume" }),
    page.getByRole("button", { name: "Play a test sound" }),
    speaker(page),
    microphone(page),
  ]) {
    await page.keyboard.press("Shift+Tab");
    await expect(control).toBeFocused();
  }
  await page.keyboard.press("ArrowDown");
  await expect(microphone(page).locator("option:checked")).toHaveText("Fake Audio Input 1");
  await page.keyboard.press("Escape");
  await expect(show).toBeFocused();
  await expect(microphone(page)).toBeHidden();
});

test("a call that failed for want of a microphone offers the choice of another", async ({ page, open }) => {
  await open(`<voice-call></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    const { VoiceError } = window.ui;
    const error = new VoiceError("media-in-use", "The microphone is in use.", "Choose another one.");
    window.ui.call.end({ reason: error.code, by: "error", error });
  });
  await expect(microphone(page)).toBeVisible();
  await expect(speaker(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
});

test("a suppressor that the page brings along is one more thing to switch, off until it is asked for", async ({
  page,
  open,
}) => {
  await open(body);
  const strongly = page.getByRole("checkbox", { name: "Suppress noise strongly" });
  await expect(page.getByRole("checkbox")).toHaveCount(3);
  await page.evaluate(() => {
    document.querySelector("voice-devices")!.call = window.ui.call;
    window.ui.call.devices.noiseSuppressor = () => Promise.reject(new Error("nobody asks for it without a call"));
    return window.ui.call.devices.setSettings({ echoCancellation: false }); // shown anew
  });
  await expect(strongly).not.toBeChecked();
  await strongly.check();
  await expect
    .poll(() => page.evaluate(() => window.ui.call.devices.settings))
    .toMatchObject({ echoCancellation: false, noiseSuppressor: true });
});
