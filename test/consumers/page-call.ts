import type { Page } from "playwright";
import type { Call, CallEnd, CallState, CallWarning, TransportStats } from "../../lib/index.ts";
import type { Sound } from "../support/wav.ts";
import { correlationOf, minCorrelation } from "./hearing.ts";

declare global {
  interface Window {
    /** The call of the page's own interface, or that of its `<voice-call>`. */
    shownCall(): Call | undefined;
    /** Directives of the page's policy that blocked something, and what. */
    violations: string[];
  }
}

export interface PageCall {
  /** Of what is heard with what the fake microphone says: `minCorrelation` or more. */
  readonly correlation: number;
  readonly receivedFrames: number;
  /** Where the socket lives. */
  readonly thread: TransportStats["thread"];
  readonly warnings: readonly Pick<CallWarning, "code" | "message" | "action">[];
  /** Directives of the page's policy that blocked something. */
  readonly violations: readonly string[];
}

export interface PageFailure {
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

const deadlineMs = 45_000;

export interface CallSetting {
  /** File of the fake microphone. */
  readonly microphone: string;
  /** How well a sound matches that file; on this very thread unless it is given. */
  readonly correlation?: (heard: Sound, microphone: string) => number | Promise<number>;
}

/** Presses the page's start button as a person would, listens until what was said is heard, hangs up. Throws where that does not come about. */
export async function makeCall(page: Page, url: string, setting: CallSetting): Promise<PageCall> {
  await pressStart(page, url);
  await reach(page, "active");
  const correlation = await hear(page, setting).catch(async (error: Error) => {
    const end = await ended(page);
    throw new Error(end ? `the call ended by itself: ${end}` : error.message, { cause: error });
  });
  const { receivedFrames, thread } = await stats(page);
  const warnings = await page.evaluate(() => {
    return window.shownCall()!.warnings.map(({ code, message, action }) => ({ code, message, action }));
  });
  const end = await hangUp(page);
  if (end?.by !== "local") throw new Error(`the call did not end by us: ${JSON.stringify(end)}`);
  const violations = await page.evaluate(() => window.violations);
  return { correlation, receivedFrames, thread, warnings, violations };
}

/** A busy machine may disturb what is heard at first: it is listened to again until it matches. */
async function hear(page: Page, { microphone, correlation = correlationOf }: CallSetting): Promise<number> {
  await until("the echo", async () => (await stats(page)).receivedFrames > 50);
  let best = -1;
  await until("what was said", async () => {
    best = Math.max(best, await correlation(await listen(page), microphone));
    return best >= minCorrelation;
  }).catch((error: Error) => {
    throw new Error(`${error.message}: what is heard matches it by ${best.toFixed(2)} only`, { cause: error });
  });
  return best;
}

/** Presses the start button of a page that cannot call, and returns what the person is told. */
export async function failToCall(page: Page, url: string): Promise<PageFailure> {
  await pressStart(page, url);
  await reach(page, "failed");
  return page.evaluate(() => {
    const { error } = window.shownCall()!.ended!;
    return { code: error!.code, message: error!.message, action: error!.action };
  });
}

async function pressStart(page: Page, url: string): Promise<void> {
  await page.addInitScript(() => {
    const violations: string[] = [];
    const shownCall = () =>
      (window as { call?: Call }).call ?? document.querySelector<HTMLElement & { call?: Call }>("voice-call")?.call;
    Object.assign(window, { violations, shownCall });
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      violations.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  await page.goto(url);
  await page.getByRole("button", { name: "Start call" }).click();
}

/** Waits for a state, and throws with the reason where the call ends in another one. */
async function reach(page: Page, wanted: CallState): Promise<void> {
  let now: { state: CallState | undefined; end: Pick<CallEnd, "reason"> | undefined; problem: string } | undefined;
  await until(`the state "${wanted}"`, async () => {
    now = await page.evaluate(() => {
      const shown = window.shownCall();
      const { reason, error } = shown?.ended ?? {};
      const problem = error ? `${error.code}: ${error.message}` : (reason ?? "");
      return { state: shown?.state, end: reason === undefined ? undefined : { reason }, problem };
    });
    if (now.end && now.state !== wanted) throw new Error(`the call is ${now.state}: ${now.problem}`);
    return now.state === wanted;
  }).catch((error: Error) => {
    throw new Error(`${error.message} (it is ${now?.state})`);
  });
}

/** Why the call is over, if it is. */
function ended(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const { by, reason, error } = window.shownCall()?.ended ?? {};
    return by && `by ${by}, ${reason}${error ? ` (${error.message})` : ""}`;
  });
}

async function stats(page: Page): Promise<Pick<TransportStats, "receivedFrames" | "thread">> {
  return page.evaluate(async () => {
    const { receivedFrames = 0, thread = "none" } = (await window.shownCall()!.stats()).transport ?? {};
    return { receivedFrames, thread };
  });
}

async function hangUp(page: Page): Promise<Pick<CallEnd, "by" | "reason"> | undefined> {
  return page.evaluate(async () => {
    const call = window.shownCall()!;
    await call.hangUp();
    return call.ended && { by: call.ended.by, reason: call.ended.reason };
  });
}

/** Listens for two thirds of a second at the call's output, without a script of ours on the audio thread: a strict policy would forbid it. */
async function listen(page: Page): Promise<Sound> {
  const heard = await page.evaluate(async () => {
    const output = window.shownCall()!.outputNode!;
    const { context } = output;
    const tap = new AnalyserNode(context, { fftSize: 32_768 });
    output.connect(tap);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const samples = new Float32Array(tap.fftSize);
    tap.getFloatTimeDomainData(samples);
    output.disconnect(tap);
    return { sampleRate: context.sampleRate, samples: Array.from(samples) };
  });
  return { sampleRate: heard.sampleRate, samples: Float32Array.from(heard.samples) };
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs;
  while (!(await done())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come within ${deadlineMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
