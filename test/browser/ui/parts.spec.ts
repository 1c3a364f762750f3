import { expect } from "@playwright/test";
import type { CallState } from "../../../lib/call/call-state.ts";
import { test } from "./elements-page.ts";

test("parts find their call by id, before and after it exists", async ({ page, open }) => {
  await open(`<voice-mute-button for="line"></voice-mute-button><voice-call-button for="line"></voice-call-button>
    <voice-status for="line" silent></voice-status><voice-call id="line"></voice-call>`);
  const outside = page.locator("main > voice-call-button");
  await outside.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect(page.locator("main > voice-status")).toContainText("Connected");
  await page.locator("main > voice-mute-button").getByRole("button").click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start", "setMuted true"]);
});

test("parts find their call when they come first, and follow a changed id", async ({ page, open }) => {
  await open(`<voice-status for="late"></voice-status><voice-call id="other"></voice-call>`);
  await page.evaluate(() => {
    const late = document.createElement("voice-call");
    late.id = "late";
    late.call = new window.ui.FakeCall();
    late.call.start();
    document.querySelector("main")!.append(late);
  });
  const status = page.locator("main > voice-status");
  await expect(status).toContainText("Starting…");
  await page.evaluate(() => document.querySelector("voice-status")!.setAttribute("for", "other"));
  await expect(status).toContainText("Ready");
});

test("parts inside another element find the call around them", async ({ page, open }) => {
  await open(`<voice-call><div slot="footer"><voice-mute-button></voice-mute-button></div></voice-call>`);
  await page.evaluate(async () => {
    await document.querySelector("voice-call")!.start();
    window.ui.call.move("active");
  });
  await page.locator("[slot=footer]").getByRole("button").click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start", "setMuted true"]);
});

test("a part that is removed listens no more, and listens again when it is back", async ({ page, open }) => {
  await open(`<voice-mute-button></voice-mute-button>`);
  const counts = await page.evaluate(async () => {
    const { call } = window.ui;
    const button = document.querySelector("voice-mute-button")!;
    button.call = call;
    await button.updateComplete;
    const counts = [call.listeners];
    button.remove();
    counts.push(call.listeners);
    document.body.append(button);
    await button.updateComplete;
    counts.push(call.listeners);
    button.call = new window.ui.FakeCall();
    await button.updateComplete;
    return [...counts, call.listeners];
  });
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts).toEqual([counts[0], 0, counts[0], 0]);
});

test("the mute button shows what the call says, not what was asked", async ({ page, open }) => {
  await open(`<voice-call></voice-call>`);
  await page.evaluate(async () => {
    await document.querySelector("voice-call")!.start();
    window.ui.call.move("active");
  });
  const mute = page.getByRole("button", { name: "Mute" });
  await mute.click();
  await expect(mute).toHaveAttribute("aria-pressed", "false");
  await page.evaluate(() => window.ui.call.mute(true));
  await expect(mute).toHaveAttribute("aria-pressed", "true");
  await mute.click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start", "setMuted true", "setMuted false"]);
});

test("a request that fails becomes a voice-error", async ({ page, open }) => {
  await open(`<voice-call></voice-call>`);
  await page.evaluate(async () => {
    await document.querySelector("voice-call")!.start();
    window.ui.call.move("active");
    window.ui.call.refuse.set("setMuted true", new Error("the worklet is gone"));
  });
  await page.getByRole("button", { name: "Mute" }).click();
  const errors = () =>
    page.evaluate(() =>
      window.ui.events
        .filter(({ type }) => type === "voice-error")
        .map(({ detail }) => String((detail as { error: Error }).error)),
    );
  await expect.poll(errors).toEqual(["Error: the worklet is gone"]);
});

test("buttons do nothing where the call does not allow it, and keep the focus", async ({ page, open }) => {
  await open(`<voice-call id="a" hidden></voice-call><voice-hangup-button for="a"></voice-hangup-button>
    <voice-mute-button for="a"></voice-mute-button><voice-call-button for="a" disabled></voice-call-button>`);
  for (const name of ["Hang up", "Mute"]) {
    const button = page.getByRole("button", { name });
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(button).toBeFocused();
  }
  await expect(page.getByRole("button", { name: "Start call" })).toBeDisabled();
  expect(await page.evaluate(() => window.ui.events)).toEqual([]);
});

test("a held Enter key and the second click of a double click press nothing", async ({ page, open }) => {
  await open(`<voice-call-button></voice-call-button>`);
  await page.evaluate(() => {
    document.querySelector("voice-call-button")!.call = window.ui.call;
    document.addEventListener("voice-call-request", (event) => event.preventDefault());
  });
  const requests = () => page.evaluate(() => window.ui.events.length);
  await page.getByRole("button").dblclick();
  expect(await requests()).toBe(1);
  await page.getByRole("button").focus();
  await page.keyboard.down("Enter");
  await page.keyboard.down("Enter");
  await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  expect(await requests()).toBe(2);
});

test("the dialpad sends what is clicked and typed, and shows what the call has sent", async ({ page, open }) => {
  await open(`<voice-dialpad></voice-dialpad>`);
  await page.evaluate(() => {
    window.ui.call.move("active");
    document.querySelector("voice-dialpad")!.call = window.ui.call;
  });
  await page.getByRole("button", { name: "7", exact: true }).click();
  await page.getByRole("button", { name: "Hash" }).click();
  for (const key of ["1", "*", "x", "Control+2"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(
    ["7", "#", "1", "*"].map((digit) => `sendDtmf ${digit}`),
  );
  const digits = page.locator("voice-dialpad [part=digits]");
  await expect(digits).toHaveText("");
  await page.evaluate(() => {
    for (const digit of "7#1") window.ui.call.sentDtmf(digit);
  });
  await expect(digits).toHaveText("7#1");
});

test("the dialpad is one tab stop and arrow keys walk over its keys", async ({ page, open }) => {
  await open(`<voice-dialpad></voice-dialpad><button>after</button>`);
  await page.evaluate(() => {
    window.ui.call.move("active");
    document.querySelector("voice-dialpad")!.call = window.ui.call;
  });
  const focused = () =>
    page.evaluate(
      () =>
        document.querySelector("voice-dialpad")!.shadowRoot!.activeElement?.getAttribute("aria-label") ??
        document.querySelector("voice-dialpad")!.shadowRoot!.activeElement?.textContent?.trim() ??
        null,
    );
  const walk: (string | null)[] = [];
  for (const key of [
    "Tab",
    "ArrowRight",
    "ArrowDown",
    "ArrowDown",
    "ArrowDown",
    "ArrowDown",
    "ArrowLeft",
    "ArrowUp",
    "End",
    "Home",
  ]) {
    await page.keyboard.press(key);
    walk.push(await focused());
  }
  expect(walk).toEqual(["1", "2", "5", "8", "0", "0", "Star", "7", "Hash", "1"]);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "after" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  expect(await focused()).toBe("2");
});

test("captions keep the end in view until the reader scrolls back", async ({ page, open }) => {
  await open(`<voice-captions></voice-captions>`);
  const say = (from: number, to: number) =>
    page.evaluate(
      ({ from, to }) => {
        for (let id = from; id < to; id++)
          window.ui.call.caption({ id, speaker: "agent", text: `line ${id}`, final: true });
      },
      { from, to },
    );
  await page.evaluate(() => {
    document.querySelector("voice-captions")!.call = window.ui.call;
  });
  await expect(page.getByText("What is said will appear here.")).toBeVisible();
  await say(1, 40);
  await expect(page.getByText("line 39", { exact: true })).toBeInViewport();
  await page.locator("voice-captions .captions").evaluate((box) => box.scrollTo(0, 0));
  await expect(page.getByText("line 1", { exact: true })).toBeInViewport();
  await say(40, 45);
  await expect(page.getByText("line 44", { exact: true })).toBeAttached();
  await expect(page.getByText("line 1", { exact: true })).toBeInViewport();
});

test("the meters follow what is sent and what is played", async ({ page, open }) => {
  await open(`<voice-level source="input"></voice-level><voice-level source="output"></voice-level>`);
  const values = () =>
    page.getByRole("meter").evaluateAll((meters) => meters.map((meter) => Number(meter.ariaValueNow)));
  await page.evaluate(() => {
    window.ui.call.move("active");
    for (const meter of document.querySelectorAll("voice-level")) meter.call = window.ui.call;
  });
  await expect(page.getByRole("meter", { name: "Your level" })).toBeVisible();
  expect(await values()).toEqual([0, 0]);
  await page.evaluate(() => window.ui.call.level(1, 0.05));
  await expect.poll(values).toEqual([20, 10]);
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect.poll(values).toEqual([0, 0]);
});

test("the timer counts while the call lasts and stands still afterwards", async ({ page, open }) => {
  await page.clock.install({ time: 0 });
  await open(`<voice-status></voice-status>`);
  await page.clock.pauseAt(600_000);
  await page.evaluate(() => {
    window.ui.call.move("active");
    document.querySelector("voice-status")!.call = window.ui.call;
  });
  const timer = page.getByRole("timer");
  await expect(timer).toHaveText("0:00");
  await page.clock.runFor(65_000);
  await expect(timer).toHaveText("1:05");
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await page.clock.runFor(30_000);
  await expect(timer).toHaveText("1:05");
});

test("keys and mute are off where the call cannot take them", async ({ page, open }) => {
  await open(`<voice-dialpad></voice-dialpad><voice-mute-button></voice-mute-button>`);
  await page.evaluate(() => {
    for (const part of [document.querySelector("voice-dialpad")!, document.querySelector("voice-mute-button")!]) {
      part.call = window.ui.call;
    }
  });
  const off = async (state: CallState) => {
    await page.evaluate((state) => window.ui.call.move(state), state);
    const of = (name: string) => page.getByRole("button", { name, exact: true }).getAttribute("aria-disabled");
    return { key: (await of("1")) === "true", mute: (await of("Mute")) === "true" };
  };
  expect(await off("connecting")).toEqual({ key: true, mute: true });
  expect(await off("active")).toEqual({ key: false, mute: false });
  expect(await off("reconnecting")).toEqual({ key: true, mute: false });
  expect(await off("terminating")).toEqual({ key: true, mute: true });
});

test("the look of the parts can be changed from outside", async ({ page, open }) => {
  await open(`<voice-call></voice-call>`);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "voice-call { --voice-accent: rgb(1, 2, 3); } voice-call::part(call-button) { border-radius: 5px; }",
    );
    document.adoptedStyleSheets.push(sheet);
  });
  const button = page.getByRole("button");
  await expect(button).toHaveCSS("background-color", "rgb(1, 2, 3)");
  await expect(button).toHaveCSS("border-top-left-radius", "5px");
});
