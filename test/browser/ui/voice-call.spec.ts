import { expect } from "@playwright/test";
import { buttonNames, test } from "./elements-page.ts";

const body = `<voice-call src="/rtvbp/echo"><p>Ask us anything.</p></voice-call>`;
const ended = { reason: "normal", by: "remote" } as const;

test("starts one call however often it is asked to", async ({ page, open }) => {
  await open(body);
  await page.evaluate(async () => {
    const element = document.querySelector("voice-call")!;
    await Promise.all([element.start(), element.start()]);
    await element.start();
    window.ui.call.move("connecting");
    await element.start();
    window.ui.call.move("active");
    await element.start();
  });
  expect(await page.evaluate(() => window.ui.made.map((call) => call.asked))).toEqual([["start"]]);
});

test("leads from the start button over the stages to the call and its end", async ({ page, open }) => {
  await open(body);
  const current = page.locator('[aria-current="step"]');
  await expect(page.getByText("Ask us anything.")).toBeVisible();
  await expect.poll(() => buttonNames(page)).toEqual(["Start call"]);

  await page.getByRole("button", { name: "Start call" }).click();
  await expect(page.getByText("Ask us anything.")).toBeHidden();
  await expect(current).toHaveText("Microphone");
  await expect.poll(() => buttonNames(page)).toEqual(["Hang up"]);
  await page.evaluate(() => window.ui.call.move("connecting"));
  await expect(current).toHaveText("Connection");
  await expect(page.getByText("Microphone, done")).toBeVisible();

  await page.evaluate(() => window.ui.call.move("active"));
  await expect(current).toBeHidden();
  await expect.poll(() => buttonNames(page)).toEqual(["Captions", "Devices", "Hang up", "Keypad", "Mute"]);
  await expect(page.getByRole("meter")).toHaveCount(2);
  await expect(page.getByRole("timer")).toHaveText("0:00");

  await page.getByRole("button", { name: "Hang up" }).click();
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect(page.getByText("You ended the call.", { exact: true }).first()).toBeVisible();
  await expect.poll(() => buttonNames(page)).toEqual(["Call again"]);
  expect(await page.evaluate(() => window.ui.made.map((call) => call.asked))).toEqual([["start", "hangUp"]]);
});

test("calls again with a new call and lets go of the last one", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button", { name: "Start call" }).click();
  await page.evaluate((end) => {
    window.ui.call.move("active");
    window.ui.call.end(end);
  }, ended);
  await page.getByRole("button", { name: "Call again" }).click();
  await expect.poll(() => buttonNames(page)).toEqual(["Hang up"]);
  const calls = await page.evaluate(() =>
    window.ui.made.map(({ listeners, asked }) => ({ listening: listeners > 0, asked })),
  );
  expect(calls).toEqual([
    { listening: false, asked: ["start"] },
    { listening: true, asked: ["start"] },
  ]);
});

test("says who ended the call and why", async ({ page, open }) => {
  await open(body);
  const ends = [
    [{ reason: "normal", by: "local" }, "You ended the call."],
    [{ reason: "shop is closed", by: "remote" }, "The other side ended the call. Reason: shop is closed"],
    [{ reason: "network", by: "network" }, "The connection was lost."],
  ] as const;
  for (const [end, words] of ends) {
    await page.evaluate(async (end) => {
      await document.querySelector("voice-call")!.start();
      window.ui.call.move("active");
      window.ui.call.end(end);
    }, end);
    await expect(page.locator("voice-call [part=end]")).toHaveText(new RegExp(words.replace(" Reason", "\\s+Reason")));
    await expect(page.getByRole("status")).toHaveText(words);
  }
});

test("shows what went wrong, what to do and the code, and tries again without reloading", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    const { VoiceError } = window.ui;
    const error = new VoiceError("media-no-device", "No microphone was found.", "Connect a microphone.");
    window.ui.call.end({ reason: error.code, by: "error", error });
  });
  await expect(page.getByText("No microphone was found.", { exact: true })).toBeVisible();
  await expect(page.getByText("Connect a microphone.", { exact: true })).toBeVisible();
  await expect(page.getByText("media-no-device")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("No microphone was found.", { exact: true })).toBeHidden();
  expect(await page.evaluate(() => window.ui.made.length)).toBe(2);
});

test("shows why a call could not even be made", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    document.querySelector("voice-call")!.createCall = () => {
      throw new window.ui.VoiceError("transport-url", "There is no address to call.", "Set src.", true);
    };
  });
  await page.getByRole("button").click();
  await expect(page.getByRole("alert")).toContainText("There is no address to call.");
  await expect.poll(() => buttonNames(page)).toEqual(["Try again"]);
  expect(await page.evaluate(() => window.ui.events.map(({ type }) => type))).toEqual([
    "voice-call-request",
    "voice-error",
  ]);
});

test("keeps its call when it is moved", async ({ page, open }) => {
  await open(`${body}<div id="elsewhere"></div>`);
  await page.getByRole("button").click();
  await page.evaluate(async () => {
    window.ui.call.move("active");
    const element = document.querySelector("voice-call")!;
    element.remove();
    await Promise.resolve();
    document.querySelector("#elsewhere")!.append(element);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start"]);
  await page.evaluate(() => window.ui.call.mute(true));
  await expect(page.getByRole("button", { name: "Mute" })).toHaveAttribute("aria-pressed", "true");
});

test("hangs up when it is removed, and listens no more", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    window.ui.call.move("active");
    document.querySelector("voice-call")!.remove();
  });
  await expect.poll(() => page.evaluate(() => window.ui.call.asked)).toEqual(["start", "hangUp"]);
  // What made it a call of the system stays with it until it is over.
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  expect(await page.evaluate(() => window.ui.call.listeners)).toBe(0);
});

test("shows a call it was given, and leaves ending it to whoever made it", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    const call = new window.ui.FakeCall();
    window.ui.call = call;
    call.move("connecting");
    call.move("active");
    document.querySelector("voice-call")!.call = call;
  });
  await expect(page.getByRole("button", { name: "Hang up" })).toBeVisible();
  await page.evaluate(async () => {
    document.querySelector("voice-call")!.remove();
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  expect(await page.evaluate(() => [window.ui.call.asked, window.ui.call.listeners])).toEqual([[], 0]);
});

test("ends its own call when it is given another", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    document.querySelector("voice-call")!.call = new window.ui.FakeCall();
  });
  await expect.poll(() => page.evaluate(() => window.ui.made[0]?.asked)).toEqual(["start", "hangUp"]);
});

test("tells the page what happens by events that cross shadow roots, an end exactly once", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  await page.evaluate((end) => {
    const { call } = window.ui;
    call.move("active");
    call.mute(true);
    call.caption({ id: 1, speaker: "caller", text: "Hello", final: true });
    call.sentDtmf("5");
    call.warn({ code: "silent-microphone", message: "m", action: "a" });
    call.clearWarning("silent-microphone");
    call.level(1, 1);
    call.end(end);
  }, ended);
  const events = await page.evaluate(() => window.ui.events);
  expect(events.map(({ type }) => type.replace("voice-", ""))).toEqual([
    ...["call-request", "statechange", "statechange", "mutechange", "caption", "dtmf", "warning", "warningclear"],
    ...["statechange", "ended"],
  ]);
  expect(events[1]?.detail).toEqual({ state: "initiating", previous: "idle" });
  expect(events.at(-1)?.detail).toEqual({ end: ended });
});

test("asks before it acts: a prevented request does nothing", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    for (const type of ["call", "mute", "hangup", "dtmf"] as const) {
      document.addEventListener(`voice-${type}-request`, (event) => event.preventDefault());
    }
  });
  await page.getByRole("button").click();
  expect(await page.evaluate(() => window.ui.made.length)).toBe(0);
  await page.evaluate(async () => {
    await document.querySelector("voice-call")!.start();
    window.ui.call.move("active");
  });
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByRole("button", { name: "Keypad" }).click();
  await page.getByRole("button", { name: "5", exact: true }).click();
  await page.getByRole("button", { name: "Hang up" }).click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start"]);
  const requests = await page.evaluate(() => window.ui.events.filter(({ type }) => type.endsWith("request")));
  expect(requests.map(({ detail }) => detail)).toEqual([null, { muted: true }, { digit: "5" }, null]);
});

test("shows warnings while they hold, with the one action that fixes each", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    const { call } = window.ui;
    call.move("active");
    const resume = () => call.setMuted(false);
    call.warn({ code: "muted-talking", message: "You are muted.", action: "Unmute to be heard.", resume });
    call.warn({ code: "slow", message: "The network is slow.", action: "Move closer." });
  });
  await expect(page.getByText("The network is slow. Move closer.")).toBeVisible();
  await page.getByRole("button", { name: "Fix this" }).click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual(["start", "setMuted false"]);
  await page.evaluate(() => window.ui.call.clearWarning("muted-talking"));
  await expect(page.getByText("You are muted.")).toBeHidden();
  await expect(page.getByText("The network is slow.")).toBeVisible();
});

test("explains the microphone question before it is asked, while it is asked, and when it was refused", async ({
  page,
  open,
}) => {
  await page.addInitScript(() => {
    const status = Object.assign(new EventTarget(), { state: "prompt" });
    Object.assign(window, { permission: status });
    Object.defineProperty(navigator, "permissions", { value: { query: async () => status } });
  });
  const become = (state: string) =>
    page.evaluate((state) => {
      const { permission } = window as unknown as { permission: EventTarget & { state: string } };
      permission.state = state;
      permission.dispatchEvent(new Event("change"));
    }, state);
  await open(body);
  await expect(page.getByText("Your browser will ask")).toBeVisible();
  await become("denied");
  await expect(page.getByText("The microphone is blocked for this page")).toBeVisible();
  await become("prompt");
  await page.getByRole("button").click();
  await expect(page.getByText("Please allow the microphone")).toBeVisible();
  await become("granted");
  await expect(page.getByText("Please allow the microphone")).toBeHidden();
  await page.evaluate((end) => window.ui.call.end(end), ended);
  await expect(page.getByText("Your browser will ask")).toBeHidden();
});

test("speaks the language around it, the words of the page, and changes them at once", async ({ page, open }) => {
  await open(body, { lang: "de-CH" });
  await expect.poll(() => buttonNames(page)).toEqual(["Anrufen"]);
  await page.evaluate(() => {
    document.querySelector("voice-call")!.lang = "es";
  });
  await expect.poll(() => buttonNames(page)).toEqual(["Llamar"]);
  await page.evaluate(() => {
    document.querySelector("voice-call")!.messages = { startCall: "Hola" };
  });
  await expect.poll(() => buttonNames(page)).toEqual(["Hola"]);
});

test("fills its slots from the page", async ({ page, open }) => {
  await open(
    `<voice-call><h2 slot="title">Pizza line</h2><b slot="controls">extra</b><i slot="footer">imprint</i></voice-call>`,
  );
  await expect(page.getByRole("heading", { name: "Pizza line" })).toBeVisible();
  await expect(page.getByText("imprint")).toBeVisible();
  await expect(page.getByText("extra")).toBeHidden();
  await page.getByRole("button").click();
  await expect(page.getByText("extra")).toBeVisible();
});

test("leaves out keypad, captions and devices where the page wants none", async ({ page, open }) => {
  await open(`<voice-call no-keypad no-captions no-devices></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => {
    window.ui.call.move("active");
    window.ui.call.caption({ id: 1, speaker: "agent", text: "Hello", final: true });
  });
  await expect.poll(() => buttonNames(page)).toEqual(["Hang up", "Mute"]);
  await expect(page.getByText("Hello")).toBeHidden();
});

test("lets the page refuse a recording the application asks for", async ({ page, open }) => {
  await open(body);
  await page.getByRole("button").click();
  expect(await page.evaluate(() => window.ui.call.wantsRecording(["quality"]))).toBe(true);
  await page.evaluate(() => {
    document.addEventListener("voice-recording-request", (event) => event.preventDefault());
  });
  expect(await page.evaluate(() => window.ui.call.wantsRecording(["quality"]))).toBe(false);
  expect(await page.evaluate(() => window.ui.events.at(-1))).toEqual({
    type: "voice-recording-request",
    detail: { tags: ["quality"] },
  });
});

test("giving up while it is being started is no error", async ({ page, open }) => {
  await open(body);
  await page.evaluate(() => {
    const element = document.querySelector("voice-call")!;
    const create = element.createCall;
    element.createCall = (options) => {
      const call = create(options);
      const { start } = call;
      call.start = async () => {
        await start.call(call);
        await new Promise((resolve) => call.addEventListener("ended", resolve));
        throw new window.ui.VoiceError("call-cancelled", "Ended before it was connected.", "Call again.");
      };
      return call;
    };
  });
  await page.getByRole("button", { name: "Start call" }).click();
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.evaluate(() => window.ui.call.end({ reason: "normal", by: "local" }));
  await expect.poll(() => buttonNames(page)).toEqual(["Call again"]);
  await expect(page.getByText("Call cancelled")).toBeVisible();
  expect(await page.evaluate(() => window.ui.events.map(({ type }) => type))).toEqual([
    ...["voice-call-request", "voice-statechange", "voice-hangup-request", "voice-statechange", "voice-statechange"],
    "voice-ended",
  ]);
});
