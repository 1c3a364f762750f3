import type { Page } from "playwright";
import type { Call, CallEnd, CallState, CallWarning, TransportStats } from "../../lib/index.ts";
import { align, resample } from "../support/signal.ts";
import { readWav, type Sound } from "../support/wav.ts";

declare global {
  interface Window {
    /** The call of the page's own interface, or that of its `<voice-call>`. */
    shownCall(): Call | undefined;
    /** Directives of the page's policy that blocked something, and what. */
    violations: string[];
  }
}

export interface PageCall {
  /** Of what is heard with what the fake microphone says: the middle one of windows of 100 ms. */
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

const deadlineMs = 20_000;

/** Presses the page's start button as a person would, listens, hangs up. Throws where the call does not come about or is not heard. */
export async function makeCall(page: Page, url: string, microphone: string): Promise<PageCall> {
  await pressStart(page, url);
  await reach(page, "active");
  const heard = await until("the echo", async () => (await stats(page)).receivedFrames > 75)
    .then(() => listen(page))
    .catch(async (error: Error) => {
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
  // After the call: the agent answers on this very thread. That of another page may be on still.
  const correlation = await correlate(heard, microphone);
  return { correlation, receivedFrames, thread, warnings, violations };
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

/** In pieces, between which the agent goes on answering: who does not answer for long has lost the call. */
async function correlate(heard: Sound, microphone: string): Promise<number> {
  const breathe = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  const sound = telephoneBand(heard);
  await breathe();
  const said = saidOverAndOver(microphone);
  const windows: number[] = [];
  for (let at = 0; at + windowSamples <= sound.length; at += windowSamples) {
    await breathe();
    windows.push(align(said, sound.subarray(at, at + windowSamples)).correlation);
  }
  return windows.sort((a, b) => a - b)[windows.length >> 1] ?? 0;
}

/** What every codec lets through, at a rate so high that noise still matches half a sample off. */
const telephoneBand = (sound: Sound): Float32Array => resample(resample(sound, 8000), 12_000).samples;
const windowSamples = 1200;
const microphones = new Map<string, Float32Array>();

/** The fake microphone begins again at the end of its file. */
function saidOverAndOver(file: string): Float32Array {
  let said = microphones.get(file);
  if (!said) {
    const once = telephoneBand(readWav(file));
    said = new Float32Array(once.length + windowSamples);
    said.set(once);
    said.set(once.subarray(0, windowSamples), once.length);
    microphones.set(file, said);
  }
  return said;
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs;
  while (!(await done())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come within ${deadlineMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
