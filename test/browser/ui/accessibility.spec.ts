import { expect, type Page } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

const body = `<voice-call src="/rtvbp/echo"><p>Ask us anything.</p></voice-call>`;

/** Every screen a person can meet, one after the other. */
const screens: readonly (readonly [name: string, reach: (page: Page) => Promise<unknown>])[] = [
  ["before the call", async () => {}],
  ["starting", (page) => page.getByRole("button").click()],
  ["connecting", (page) => page.evaluate(() => window.ui.call.move("connecting"))],
  [
    "in the call",
    (page) =>
      page.evaluate(() => {
        const { call } = window.ui;
        call.move("active");
        call.mute(true);
        call.level(0.5, 0.1);
        call.caption({ id: 1, speaker: "agent", text: "Hello, how can I help?", final: true });
        call.caption({ id: 2, speaker: "caller", text: "Where is my parcel?", final: true });
        call.caption({ id: 3, speaker: "agent", text: "Let me look", final: false });
        call.warn({ code: "muted-talking", message: "You are muted.", action: "Unmute.", resume: async () => {} });
      }),
  ],
  ["keypad", (page) => page.getByRole("button", { name: "Keypad" }).click()],
  ["devices", (page) => page.locator("#show-devices").click()],
  ["reconnecting", (page) => page.evaluate(() => window.ui.call.move("reconnecting"))],
  ["ended", (page) => page.evaluate(() => window.ui.call.end({ reason: "shop is closed", by: "remote" }))],
  [
    "failed",
    async (page) => {
      await page.getByRole("button").click();
      await page.evaluate(() => {
        const { VoiceError } = window.ui;
        const error = new VoiceError("media-no-device", "No microphone was found.", "Connect a microphone.");
        window.ui.call.end({ reason: error.code, by: "error", error });
      });
    },
  ],
];

/** Colours are judged where transitions have arrived. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });

test("axe finds nothing on any screen", async ({ page, open }) => {
  await open(body, { scheme: "light" }); // the other manners: all-states.spec.ts
  for (const [name, reach] of screens) {
    await reach(page);
    await settled(page);
    expect({ name, violations: await axeViolations(page) }).toEqual({ name, violations: [] });
  }
});

test("every button is at least 44 px each way, on a screen 320 px wide, in every language", async ({ page, open }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const lang of ["en", "de", "es"]) {
    await open(body, { lang });
    for (const [name, reach] of screens) {
      await (name === "keypad" ? page.locator("#show-dialpad").click() : reach(page));
      const small = await page
        .getByRole("button")
        .evaluateAll((buttons) =>
          buttons
            .map((button) => button.getBoundingClientRect())
            .filter(({ width, height }) => width > 0 && height > 0 && (width < 44 || height < 44)),
        );
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ lang, name, small, tooWide }).toEqual({ lang, name, small: [], tooWide: 0 });
    }
  }
});

test("the whole call by keyboard alone", async ({ page, open }) => {
  await open(body);
  const focusedButton = () =>
    page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active?.ariaLabel ?? active?.textContent?.trim().replace(/\s+/g, " ") ?? "";
    });
  const tab = async () => {
    await page.keyboard.press("Tab");
    return focusedButton();
  };

  expect(await tab()).toContain("Start call");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Voice call" })).toBeFocused();
  expect(await tab()).toContain("Hang up");
  await page.evaluate(() => window.ui.call.move("active"));
  for (let back = 0; back < 4; back++) await page.keyboard.press("Shift+Tab");
  expect(await page.getByRole("button", { name: "Mute" }).evaluate((button) => button.matches(":focus"))).toBe(true);
  await page.keyboard.press("Space");
  expect(await tab()).toBe("Keypad");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "1", exact: true })).toBeFocused();
  await page.keyboard.type("42#");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Keypad" })).toBeFocused();
  await expect(page.getByRole("button", { name: "1", exact: true })).toBeHidden();
  expect(await tab()).toBe("Captions");
  expect(await tab()).toBe("Devices");
  expect(await tab()).toContain("Hang up");
  await page.keyboard.press("Enter");
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect(page.getByRole("button", { name: "Call again" })).toBeFocused();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual([
    ...["start", "setMuted true", "sendDtmf 4", "sendDtmf 2", "sendDtmf #", "sendDtmf 4", "hangUp"],
  ]);
});

test("the focus stays where it is when the call ends while a person is elsewhere on the page", async ({
  page,
  open,
}) => {
  await open(`${body}<button>elsewhere</button>`);
  await page.evaluate(async () => {
    await document.querySelector("voice-call")!.start();
    window.ui.call.move("active");
  });
  await page.getByRole("button", { name: "elsewhere" }).focus();
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "remote" }));
  await expect(page.getByRole("button", { name: "Call again" })).toBeVisible();
  await expect(page.getByRole("button", { name: "elsewhere" })).toBeFocused();
});

test("state changes are announced, what is found on the first render is not", async ({ page, open }) => {
  await open(`<voice-status></voice-status>`);
  const spoken = page.getByRole("status");
  await page.evaluate(() => {
    window.ui.call.move("active");
    document.querySelector("voice-status")!.call = window.ui.call;
  });
  await expect(page.getByText("Connected")).toBeVisible();
  await expect(spoken).toHaveText("");
  await page.evaluate(() => window.ui.call.mute(true));
  await expect(spoken).toHaveText("");
  await page.evaluate(() => window.ui.call.move("reconnecting"));
  await expect(spoken).toHaveText("Reconnecting…");
  await page.evaluate(() => window.ui.call.move("active"));
  await expect(spoken).toHaveText("Connected");
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "remote" }));
  await expect(spoken).toHaveText("The other side ended the call.");
});

test("every state of a call is announced once, by one announcer", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    const log: string[] = [];
    Object.assign(window, { log });
    const status = document.querySelector("voice-call")!.shadowRoot!.querySelector("voice-status")!;
    const region = status.shadowRoot!.querySelector('[role="status"]')!;
    new MutationObserver(() => region.textContent && log.push(region.textContent)).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await page.getByRole("button").click();
  for (const state of ["connecting", "active"] as const) {
    await page.evaluate((state) => window.ui.call.move(state), state);
  }
  await page.evaluate(() => window.ui.call.end({ reason: "closed", by: "remote" }));
  const log = () => page.evaluate(() => (window as unknown as { log: string[] }).log);
  await expect
    .poll(log)
    .toEqual(["Starting…", "Connecting…", "Connected", "The other side ended the call. Reason: closed"]);
  await expect(page.getByRole("status")).toHaveCount(1);
});

test("captions read out finished sentences only, each in its own direction", async ({ page, open }) => {
  await open(`<voice-captions></voice-captions>`);
  await page.evaluate(() => {
    document.querySelector("voice-captions")!.call = window.ui.call;
    window.ui.call.caption({ id: 1, speaker: "caller", text: "مرحبا", final: true });
    window.ui.call.caption({ id: 2, speaker: "agent", text: "Good mor", final: false });
  });
  const log = page.getByRole("log", { name: "Captions" });
  await expect(log).toHaveText(/You:\s*مرحبا/);
  const partial = page.locator("[part~=partial]");
  await expect(partial).toHaveText(/Good mor/);
  await expect(partial).toHaveAttribute("aria-hidden", "true");
  expect(await log.locator("[dir=auto]").evaluate((text) => getComputedStyle(text).direction)).toBe("rtl");
  await page.evaluate(() => window.ui.call.caption({ id: 2, speaker: "agent", text: "Good morning.", final: true }));
  await expect(log).toHaveText(/Agent:\s*Good morning\./);
  await expect(partial).toHaveCount(0);
});

test("with reduced motion nothing moves and a lamp replaces the meter", async ({ page, open }) => {
  await open(body);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.getByRole("button").click();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  await page.evaluate(() => {
    window.ui.call.move("active");
    window.ui.call.level(0.5, 0);
  });
  await expect(page.getByRole("meter")).toHaveCount(0);
  await expect(page.getByRole("img", { name: "Your level: Sound" })).toBeVisible();
  await expect(page.getByRole("img", { name: "Agent's level: Silence" })).toBeVisible();
  for (let quiet = 0; quiet < 5; quiet++) await page.evaluate(() => window.ui.call.level(0, 0));
  await expect(page.getByRole("img", { name: "Your level: Silence" })).toBeVisible();
});

test("in forced colours a pressed button and a lit segment can be told from the others", async ({ page, open }) => {
  await open(body);
  await page.emulateMedia({ forcedColors: "active" });
  await page.getByRole("button").click();
  await page.evaluate(() => {
    window.ui.call.move("active");
    window.ui.call.level(0.1, 0.1);
  });
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  const icon = "voice-mute-button .icon";
  const before = await background(icon);
  await page.evaluate(() => window.ui.call.mute(true));
  await expect.poll(() => background(icon)).not.toBe(before);
  expect(await background("voice-level i.on")).not.toBe(await background("voice-level i:not(.on)"));
});

test("right to left mirrors the call but not the telephone keys", async ({ page, open }) => {
  await open(body, { dir: "rtl" });
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await page.getByRole("button", { name: "Keypad" }).click();
  const left = async (name: string) => (await page.getByRole("button", { name, exact: true }).boundingBox())?.x ?? 0;
  expect(await left("Mute")).toBeGreaterThan(await left("Hang up"));
  expect(await left("1")).toBeLessThan(await left("3"));
});
