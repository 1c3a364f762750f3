import type { Page } from "@playwright/test";
import type { CallOptions, CallStats } from "../../../lib/index.ts";

type PlainOptions = Omit<CallOptions, "connect" | "redirect" | "openAudio" | "microphone">;

/** The fake microphone's file as it is: nothing between it and the codec. */
const rawMicrophone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** Starts `window.call` and waits until it is active. Everything it says goes to `window.log`. `resumed`: the one of the page before. */
export async function startCall(page: Page, options: PlainOptions, { resumed = false } = {}): Promise<void> {
  await page.evaluate(
    async ([options, microphone, resumed]) => {
      const { Call } = window.voicebridge;
      const call = resumed ? Call.resume({ ...options, microphone }) : new Call({ ...options, microphone });
      if (!call) throw new Error("there is no call to take up");
      window.call = call;
      const note = (type: string, detail: unknown) =>
        window.log.push({
          type,
          detail: JSON.stringify(detail ?? null),
          at: performance.timeOrigin + performance.now(),
        });
      call.addEventListener("statechange", ({ state }) => note("state", state));
      call.addEventListener("ended", ({ end }) => note("ended", { ...end, error: end.error?.code }));
      call.addEventListener("interrupted", ({ removedBytes, heardMs }) =>
        note("interrupted", { removedBytes, heardMs }),
      );
      call.addEventListener("caption", ({ caption }) => note("caption", caption));
      call.addEventListener("warning", ({ warning }) => note("warning", warning.code));
      call.addEventListener("variables", ({ changed }) => note("variables", changed));
      await call.start();
    },
    [options, rawMicrophone, resumed] as const,
  );
}

export const callEcho = (page: Page, options: PlainOptions = {}) => startCall(page, { src: "/rtvbp/echo", ...options });

export const hangUp = (page: Page) => page.evaluate(() => window.call.hangUp());

export const stats = (page: Page): Promise<CallStats> => page.evaluate(() => window.call.stats());

export const log = (page: Page) =>
  page.evaluate(() => window.log.map((entry) => ({ ...entry, detail: JSON.parse(entry.detail) })));
