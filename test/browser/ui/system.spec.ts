import { expect, type Page } from "@playwright/test";
import { test } from "./elements-page.ts";

/** What the page asked of the system. */
interface Asked {
  readonly handlers: Record<string, (() => void) | null>;
  readonly microphone: boolean[];
  readonly locks: { released: boolean }[];
  audioSession: string;
}

async function watchSystem(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const system: Asked = { handlers: {}, microphone: [], locks: [], audioSession: "auto" };
    Object.assign(window, { system });
    const session = navigator.mediaSession as unknown as Record<string, unknown>;
    session["setActionHandler"] = (action: string, handler: (() => void) | null) => {
      system.handlers[action] = handler;
    };
    session["setMicrophoneActive"] = (active: boolean) => system.microphone.push(active);
    const request = async () => {
      const lock = {
        released: false,
        release: async () => {
          lock.released = true;
        },
      };
      system.locks.push(lock);
      return lock;
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
    Object.defineProperty(navigator, "audioSession", {
      value: {
        get type() {
          return system.audioSession;
        },
        set type(type: string) {
          system.audioSession = type;
        },
      },
    });
  });
}

const read = (page: Page) =>
  page.evaluate(() => {
    const { handlers, microphone, locks, audioSession } = (window as unknown as { system: Asked }).system;
    const on = Object.keys(handlers)
      .filter((name) => handlers[name])
      .sort();
    const title = navigator.mediaSession.metadata?.title;
    return { on, microphone, locks: locks.map(({ released }) => released), audioSession, title, page: document.title };
  });

const press = (page: Page, action: string) =>
  page.evaluate((action) => (window as unknown as { system: Asked }).system.handlers[action]?.(), action);

test("a call is one of the system: media keys mute and hang up, the screen stays on, and all is given back", async ({
  page,
  open,
}) => {
  await watchSystem(page);
  await open(`<voice-call label="Shop" title-hint></voice-call>`);
  await page.getByRole("button").click();
  await expect.poll(async () => (await read(page)).audioSession).toBe("play-and-record");
  expect(await read(page)).toMatchObject({ on: [], locks: [], page: "Elements" });
  await page.evaluate(() => window.ui.call.move("active"));
  await expect
    .poll(() => read(page))
    .toEqual({
      on: ["hangup", "togglemicrophone"],
      microphone: [true],
      locks: [false],
      audioSession: "play-and-record",
      title: "Shop",
      page: "● Elements",
    });
  await press(page, "togglemicrophone");
  await page.evaluate(() => window.ui.call.mute(true));
  await press(page, "togglemicrophone");
  await press(page, "hangup");
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual([
    "start",
    "setMuted true",
    "setMuted false",
    "hangUp",
  ]);
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect
    .poll(() => read(page))
    .toEqual({
      on: [],
      microphone: [true, false],
      locks: [true],
      audioSession: "auto",
      title: undefined,
      page: "Elements",
    });
});

test("the screen is kept on again when the page is shown again", async ({ page, open }) => {
  await watchSystem(page);
  await open(`<voice-call></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect.poll(async () => (await read(page)).locks).toEqual([false]);
  await page.evaluate(() => {
    for (const lock of (window as unknown as { system: Asked }).system.locks) lock.released = true; // as the browser does
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(async () => (await read(page)).locks).toEqual([true, false]);
  await page.evaluate(() => {
    window.ui.call.end({ reason: "normal", by: "remote" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(async () => (await read(page)).locks).toEqual([true, true]);
});

test("a page that wants none of it gets none, and its title is its own", async ({ page, open }) => {
  await watchSystem(page);
  await open(`<voice-call no-system title-hint></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect(page.getByRole("meter")).toHaveCount(2);
  expect(await read(page)).toMatchObject({ on: [], locks: [], audioSession: "auto", page: "Elements" });
});

test("a page has another icon while the call is on, where it names one", async ({ page, open }) => {
  await open(`<voice-call icon-hint="data:image/png;base64,AAAA"></voice-call>`);
  const icons = () =>
    page.evaluate(() => [...document.querySelectorAll<HTMLLinkElement>("link[rel=icon]")].map(({ href }) => href));
  expect(await icons()).toEqual(["data:,"]);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect.poll(icons).toEqual(["data:image/png;base64,AAAA"]);
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect.poll(icons).toEqual(["data:,"]);
});

test("a title that the page changes during the call stays changed", async ({ page, open }) => {
  await watchSystem(page);
  await open(`<voice-call title-hint></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect(page).toHaveTitle("● Elements");
  await page.evaluate(() => {
    document.title = "3 new messages";
    window.ui.call.end({ reason: "normal", by: "local" });
  });
  await expect(page).toHaveTitle("3 new messages");
});
