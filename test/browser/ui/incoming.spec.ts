import { expect, type Page } from "@playwright/test";
import { chromiumWith } from "../support/chromium.ts";
import { axeViolations, buttonNames, test } from "./elements-page.ts";

// As for people: no sound before they have used the page.
test.use({ launchOptions: chromiumWith("--autoplay-policy=document-user-activation-required") });

const body = `<label>Note <input></label> <button>elsewhere</button> <voice-incoming></voice-incoming>`;

type RingOptions = Parameters<Window["ui"]["telephone"]["ring"]>[0];

const ring = (page: Page, options?: RingOptions) =>
  page.evaluate((options) => void window.ui.telephone.ring(options), options);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const dialog = (page: Page) => page.getByRole("alertdialog");
const spoken = (page: Page) => page.getByRole("alert");
const asked = (page: Page) => page.evaluate(() => window.ui.telephone.incoming.flatMap(({ asked }) => asked));
const types = (page: Page) => page.evaluate(() => window.ui.events.map(({ type }) => type));
const giveUp = (page: Page) => page.evaluate(() => window.ui.telephone.incoming.at(-1)?.end("missed", "cancelled"));

/** A person has used the page: the browser lets sound through from now on. */
const touch = (page: Page) => page.getByRole("heading").click();

test("says who calls, takes the focus without pressing anything, and gives it back", async ({ page, open }) => {
  await open(body);
  await expect(dialog(page)).toHaveCount(0);
  await button(page, "elsewhere").focus();
  await ring(page);
  await expect(dialog(page)).toHaveAccessibleName("Incoming call");
  await expect(dialog(page)).toHaveAccessibleDescription("Alice");
  await expect(spoken(page)).toHaveText("Alice is calling.");
  await expect(dialog(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  expect(await asked(page)).toEqual([]);
  await page.keyboard.press("Tab");
  await expect(button(page, "Accept")).toBeFocused();
  await page.keyboard.press("Enter");
  expect(await asked(page)).toEqual(["accept"]);
  await expect(dialog(page)).toHaveCount(0);
  await expect(button(page, "elsewhere")).toBeFocused();
  expect(await types(page)).toEqual([
    ...["voice-incoming", "voice-accept-request", "voice-incomingend", "voice-accepted"],
  ]);
  const accepted = await page.evaluate(() => {
    const { detail } = window.ui.events.at(-1)!;
    return (detail as { call: unknown }).call instanceof window.ui.FakeCall;
  });
  expect(accepted).toBe(true);
});

test("does not take the focus from somebody who types, nor from another call that rings", async ({ page, open }) => {
  await open(body);
  await page.getByLabel("Note").focus();
  await page.keyboard.type("one ");
  await ring(page);
  await expect(spoken(page)).toHaveText("Alice is calling.");
  await page.keyboard.type("two");
  await expect(page.getByLabel("Note")).toHaveValue("one two");
  await button(page, "Accept").focus();
  await ring(page, { name: "Bob", waiting: true });
  await expect(dialog(page)).toHaveCount(2);
  await expect(spoken(page)).toHaveText("Bob is calling.");
  await expect(button(page, "Accept")).toBeFocused();
  await button(page, "Decline").first().click();
  await expect(dialog(page)).toHaveCount(1);
  await expect(dialog(page)).toHaveAccessibleName("Incoming call while you are talking");
  await expect(dialog(page)).toBeFocused();
});

test("declines, says busy, and tells when the caller gave up", async ({ page, open }) => {
  await open(body);
  await ring(page);
  await button(page, "Decline").click();
  await ring(page, { name: "Bob" });
  await button(page, "Busy").click();
  expect(await asked(page)).toEqual(["reject declined", "reject busy"]);
  await ring(page, { name: "Carol" });
  await expect(spoken(page)).toHaveText("Carol is calling.");
  await giveUp(page);
  await expect(spoken(page)).toHaveText("Carol is not calling any more.");
  await expect(dialog(page)).toHaveCount(0);
  const codes = await page.evaluate(() =>
    window.ui.events
      .filter(({ type }) => type === "voice-reject-request")
      .map(({ detail }) => (detail as { code: string }).code),
  );
  expect(codes).toEqual(["declined", "busy"]);
});

test("a page may object; what cannot be accepted any more is an error", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    document.addEventListener("voice-accept-request", (event) => event.preventDefault(), { once: true });
  });
  await ring(page);
  await button(page, "Accept").click();
  expect(await asked(page)).toEqual([]);
  await page.evaluate(() => {
    const [incoming] = window.ui.telephone.incoming;
    if (incoming) incoming.refuse = new window.ui.VoiceError("call-state", "It does not ring any more.", "Call back.");
  });
  await button(page, "Accept").click();
  expect((await types(page)).at(-1)).toBe("voice-error");
});

test("calls that ring already are shown, those that wait in a queue are not", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    const { telephone } = window.ui;
    const element = document.querySelector("voice-incoming")!;
    const { client } = element;
    element.remove();
    telephone.ring({ name: "Queued", position: 1 });
    telephone.ring({ name: "Ringing" });
    document.querySelector("main")!.append(element);
    element.client = client;
  });
  await expect(dialog(page)).toHaveCount(1);
  await expect(dialog(page)).toHaveAccessibleDescription("Ringing");
});

test("shows for how long it rings", async ({ page, open }) => {
  await page.clock.install({ time: 0 });
  await open(body);
  await page.clock.pauseAt(600_000);
  await ring(page, { ringMs: 20_000 });
  await expect(page.getByText("Rings for 20 s more")).toBeVisible();
  const value = () => page.locator("progress").evaluate((bar: HTMLProgressElement) => [bar.value, bar.max]);
  expect(await value()).toEqual([20_000, 20_000]);
  await page.clock.runFor(5000);
  await expect(page.getByText("Rings for 15 s more")).toBeVisible();
  expect(await value()).toEqual([15_000, 20_000]);
  await giveUp(page);
  await expect(page.locator("progress")).toHaveCount(0);
});

/** Keeps every context that the page opens, and listens to it. */
async function watchSound(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const contexts: { context: AudioContext; sinks: string[]; heard: AnalyserNode }[] = [];
    Object.assign(window, { contexts });
    const Native = window.AudioContext;
    window.AudioContext = class extends Native {
      constructor(options?: AudioContextOptions) {
        super(options);
        contexts.push({ context: this, sinks: [], heard: new AnalyserNode(this) });
      }
      setSinkId(id: string): Promise<void> {
        contexts.find(({ context }) => context === this)?.sinks.push(id);
        return Promise.reject(new DOMException("gone", "NotFoundError"));
      }
    };
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    Object.assign(AudioNode.prototype, {
      connect(this: AudioNode, to: AudioNode) {
        const entry = contexts.find(({ context }) => context === this.context);
        if (entry && to === entry.context.destination) connect.call(this, entry.heard);
        return connect.call(this, to);
      },
    });
  });
}

interface Heard {
  readonly state: AudioContextState;
  readonly sinks: readonly string[];
  readonly peak: number;
}

const sounds = (page: Page) =>
  page.evaluate(() => {
    const { contexts } = window as unknown as {
      contexts: { context: AudioContext; sinks: string[]; heard: AnalyserNode }[];
    };
    return contexts.map(({ context, sinks, heard }): Heard => {
      const samples = new Float32Array(heard.fftSize);
      heard.getFloatTimeDomainData(samples);
      return { state: context.state, sinks, peak: Math.max(...samples.map(Math.abs)) };
    });
  });

const loudest = async (page: Page) => Math.max(0, ...(await sounds(page)).map(({ peak }) => peak));

test("rings on its own loudspeaker, or on the default where that is gone, until the call is over", async ({
  page,
  open,
}) => {
  await watchSound(page);
  await open(body);
  await page.evaluate(() => {
    document.querySelector("voice-incoming")!.speaker = "desk";
  });
  await touch(page);
  expect(await sounds(page)).toEqual([]);
  await ring(page);
  await expect.poll(() => loudest(page)).toBeGreaterThan(0.02);
  await expect(button(page, "Silence")).toBeVisible();
  await expect(button(page, "Turn the ringtone on")).toHaveCount(0);
  expect((await sounds(page)).map(({ sinks }) => sinks)).toEqual([["desk"]]);
  await giveUp(page);
  await expect.poll(async () => (await sounds(page)).map(({ state }) => state)).toEqual(["closed"]);
});

test("Escape and the button silence it; the call goes on ringing to be seen", async ({ page, open }) => {
  await watchSound(page);
  await open(body);
  await touch(page);
  await button(page, "elsewhere").focus();
  await ring(page);
  await expect(button(page, "Silence")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(button(page, "Silence")).toHaveCount(0);
  await expect(button(page, "elsewhere")).toBeFocused();
  await expect(dialog(page)).toHaveCount(1);
  await expect.poll(async () => (await sounds(page)).map(({ state }) => state)).toEqual(["closed"]);
  await ring(page, { name: "Bob" });
  await button(page, "Silence").click();
  await expect(button(page, "Silence")).toHaveCount(0);
  await expect(dialog(page).first()).toBeFocused();
  expect(await asked(page)).toEqual([]);
});

test("before anybody has used the page it says that the sound is blocked, and one click turns it on", async ({
  page,
  open,
}) => {
  await watchSound(page);
  // Not by `evaluate`: that counts as if a person had done something.
  await page.addInitScript(() => addEventListener("load", () => window.ui.telephone.ring()));
  await open(body);
  const unblock = button(page, "Turn the ringtone on");
  await expect(unblock).toBeVisible();
  await expect(button(page, "Silence")).toHaveCount(0);
  expect(await axeViolations(page)).toEqual([]);
  expect(await loudest(page)).toBe(0);
  await unblock.click();
  await expect(button(page, "Silence")).toBeVisible();
  await expect(unblock).toHaveCount(0);
  await expect.poll(() => loudest(page)).toBeGreaterThan(0.02);
});

test("no-ringtone opens no sound at all", async ({ page, open }) => {
  await watchSound(page);
  await open(`<voice-incoming no-ringtone></voice-incoming>`);
  await touch(page);
  await ring(page);
  await expect(dialog(page)).toHaveCount(1);
  expect(await sounds(page)).toEqual([]);
});

test("notifies outside of the page only when that is wanted, allowed and needed", async ({ page, open }) => {
  await page.addInitScript(() => {
    const notices: { title: string; body: string; closed: boolean; onclick: (() => void) | null }[] = [];
    const state = { focused: true, permission: "default", asked: 0 };
    Object.assign(window, { notices, notifying: state });
    document.hasFocus = () => state.focused;
    class FakeNotification {
      static get permission() {
        return state.permission;
      }
      static async requestPermission() {
        state.asked++;
        state.permission = "granted";
        return state.permission;
      }
      readonly title: string;
      readonly body: string;
      closed = false;
      onclick: (() => void) | null = null;
      constructor(title: string, { body = "" }: NotificationOptions = {}) {
        this.title = title;
        this.body = body;
        notices.push(this);
      }
      close() {
        this.closed = true;
      }
    }
    Object.assign(window, { Notification: FakeNotification });
  });
  await open(`<voice-incoming notifications></voice-incoming>`);
  const notices = () =>
    page.evaluate(() => {
      const { notices } = window as unknown as { notices: { title: string; body: string; closed: boolean }[] };
      return notices.map(({ title, body, closed }) => ({ title, body, closed }));
    });
  const set = (changes: object) =>
    page.evaluate((changes) => {
      Object.assign((window as unknown as { notifying: object }).notifying, changes);
    }, changes);
  await set({ focused: false });
  await ring(page, { name: "Not allowed" });
  await giveUp(page);
  expect(await notices()).toEqual([]);
  expect(await page.evaluate(() => document.querySelector("voice-incoming")!.allowNotifications())).toBe(true);
  await ring(page, { name: "Bob" });
  const shown = { title: "Incoming call", body: "Bob", closed: false };
  expect(await notices()).toEqual([shown]);
  await page.evaluate(() => {
    (window as unknown as { notices: { onclick: () => void }[] }).notices[0]?.onclick();
  });
  await expect(dialog(page)).toBeFocused();
  await giveUp(page);
  expect(await notices()).toEqual([{ ...shown, closed: true }]);
  await set({ focused: true });
  await ring(page, { name: "In front" });
  expect(await notices()).toHaveLength(1);
  await giveUp(page);
  await set({ focused: false });
  await page.evaluate(() => {
    document.querySelector("voice-incoming")!.notifications = false;
  });
  await ring(page, { name: "Not wanted" });
  expect(await notices()).toHaveLength(1);
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing while it rings, ${scheme}`, async ({ page, open }) => {
    await open(body, { scheme });
    expect(await axeViolations(page)).toEqual([]);
    await ring(page);
    await ring(page, { name: "Bob", waiting: true });
    await expect(dialog(page)).toHaveCount(2);
    expect(await axeViolations(page)).toEqual([]);
    await giveUp(page);
    expect(await axeViolations(page)).toEqual([]);
  });
}

test("fits a screen 320 px wide in every language, with buttons of at least 44 px", async ({ page, open }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const names: Record<string, string[]> = {};
  for (const lang of ["en", "de", "es"]) {
    await open(body, { lang });
    await touch(page);
    await ring(page, { name: "Somebody-with-a-name-that-goes-on-and-on-without-a-space" });
    await expect(dialog(page)).toHaveCount(1);
    await expect.poll(async () => (await buttonNames(page)).length).toBe(5);
    names[lang] = (await buttonNames(page)).filter((name) => name !== "elsewhere");
    const small = await dialog(page)
      .getByRole("button")
      .evaluateAll((buttons) =>
        buttons.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width < 44 || height < 44),
      );
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect({ lang, small, tooWide }).toEqual({ lang, small: [], tooWide: 0 });
  }
  expect(names).toEqual({
    en: ["Accept", "Busy", "Decline", "Silence"],
    de: ["Ablehnen", "Annehmen", "Besetzt", "Stumm"],
    es: ["Aceptar", "Ocupado", "Rechazar", "Silenciar"],
  });
});

test("nothing moves where a person asked for that, and forced colours keep its frame", async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  await open(body);
  await ring(page);
  await expect(dialog(page)).toHaveCount(1);
  const look = await dialog(page).evaluate((element) => {
    const bell = element.querySelector(".bell");
    return {
      animation: bell && getComputedStyle(bell).animationName,
      border: getComputedStyle(element).borderTopWidth,
    };
  });
  expect(look).toEqual({ animation: "none", border: "2px" });
});

test("an element that is taken out of the page is silent and forgets its calls", async ({ page, open }) => {
  await watchSound(page);
  await open(body);
  await touch(page);
  await ring(page);
  await expect(button(page, "Silence")).toBeVisible();
  await page.evaluate(() => document.querySelector("voice-incoming")!.remove());
  await expect.poll(async () => (await sounds(page)).map(({ state }) => state)).toEqual(["closed"]);
  await ring(page, { name: "Bob" });
  expect(await types(page)).toEqual(["voice-incoming"]);
});
