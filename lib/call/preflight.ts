import { MicrophonePreview, playTestSound, testTones } from "../audio/preview.ts";
import { Call } from "./call.ts";
import type { CallOptions } from "./call-options.ts";
import { pageDevices } from "./devices.ts";
import type { Verdict } from "./preflight-verdicts.ts";
import * as judge from "./preflight-verdicts.ts";
import { VoiceError } from "./voice-error.ts";

/** What `preflight` can check. A check that fails may make others impossible: those are `skipped`. */
export type PreflightCheckName =
  | "microphone"
  | "speaker"
  | "echo"
  | "connection"
  | "codec"
  | "roundTrip"
  | "jitter"
  | "loop";

/** What one check found. */
export interface PreflightCheck {
  readonly name: PreflightCheckName;
  readonly verdict: Verdict;
  readonly value?: number;
  readonly unit?: "ms" | "dB";
  /** What was found, where it is no number: the codec, the microphone. */
  readonly text?: string;
  /** Why it is not good: an error's `code`, or `preflight-*`. */
  readonly code?: string;
  readonly message?: string;
  readonly action?: string;
}

/** What `preflight` found, as plain data: it can be sent or kept as JSON. */
export interface PreflightReport {
  /** ISO 8601. */
  readonly at: string;
  /** The worst of the checks that were made. */
  readonly verdict: Verdict;
  readonly checks: readonly PreflightCheck[];
  readonly browser: string;
}

/** Of `preflight`: the call that would be made, and how the person is asked. */
export interface PreflightOptions extends Omit<CallOptions, "microphone" | "resume"> {
  /** How long the person is given to say something; the check ends early once they did. Default: 5000. */
  readonly listenMs?: number;
  /** Asks the person whether the two tones were heard. Left out, the loudspeaker cannot be judged. */
  readonly confirmSpeaker?: () => Promise<boolean>;
  /** A check begins. */
  readonly onBegin?: (name: PreflightCheckName) => void;
  /** A check is done. */
  readonly onCheck?: (check: PreflightCheck) => void;
  /** The level of the microphone while it is listened to, 0 to 1 of full scale. */
  readonly onLevel?: (peak: number) => void;
  readonly signal?: AbortSignal;
}

const LISTEN_MS = 5000;
const LOOK_MS = 100;
const PINGS = 10;
/** For an echo agent to send something back. */
const LOOP_MS = 4000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Tries what a call needs, before one is made: microphone, loudspeaker, how much of it the microphone hears, and a short call to `src` for
 * reach, codec, round trip, jitter and (where the application echoes) the way of the sound there and back. Call it from a click.
 * What fails is a verdict; rejects only when `signal` aborts. Nothing is left open.
 */
export async function preflight(options: PreflightOptions): Promise<PreflightReport> {
  const checks: PreflightCheck[] = [];
  const done = (check: PreflightCheck): void => {
    options.signal?.throwIfAborted();
    checks.push(check);
    options.onCheck?.(check);
  };
  const microphone = await checkSound(options, done);
  await checkCall(options, microphone, done);
  options.signal?.throwIfAborted();
  const { userAgent } = navigator;
  return { at: new Date().toISOString(), verdict: judge.worst(checks), checks, browser: userAgent };
}

type Done = (check: PreflightCheck) => void;

/** Returns whether there is a microphone to call with. Nothing is left open, however it ends. */
async function checkSound(options: PreflightOptions, done: Done): Promise<boolean> {
  const devices = options.devices ?? pageDevices();
  let preview: MicrophonePreview | undefined;
  try {
    options.onBegin?.("microphone");
    const check = await MicrophonePreview.open(devices, options.signal).then(
      async (opened): Promise<PreflightCheck> => {
        preview = opened;
        return {
          name: "microphone",
          unit: "dB",
          text: opened.label,
          ...judge.microphone(await loudest(opened, options)),
        };
      },
      (error: unknown): PreflightCheck => ({ name: "microphone", ...failed(error) }),
    );
    done(check);
    options.onBegin?.("speaker");
    await checkSpeaker(options, preview, done);
  } finally {
    await preview?.close();
  }
  return preview !== undefined;
}

async function checkSpeaker(options: PreflightOptions, preview: MicrophonePreview | undefined, done: Done) {
  try {
    const leak = await playAndListen(options, preview);
    const heard = await options.confirmSpeaker?.();
    done({ name: "speaker", ...judge.speaker(heard) });
    done(leak === undefined ? skipped("echo") : { name: "echo", unit: "dB", ...judge.echo(leak) });
  } catch (error) {
    options.signal?.throwIfAborted();
    done({ name: "speaker", ...failed(error) });
    done(skipped("echo"));
  }
}

/** The peak of what is said; ends soon after something was. */
async function loudest(preview: MicrophonePreview, options: PreflightOptions): Promise<number> {
  const until = performance.now() + (options.listenMs ?? LISTEN_MS);
  let most = 0;
  let spoken = 0;
  while (performance.now() < until && spoken < 10) {
    await pause(LOOK_MS);
    options.signal?.throwIfAborted();
    const peak = preview.peak();
    options.onLevel?.(peak);
    most = Math.max(most, peak);
    if (peak > judge.SPOKEN_PEAK) spoken++;
  }
  options.onLevel?.(0);
  return most;
}

/** How loud the test tones come back into the microphone, above what was there before; undefined without one. */
async function playAndListen(options: PreflightOptions, preview: MicrophonePreview | undefined) {
  const level = () => Math.max(...testTones.map((hz) => preview?.levelAt(hz) ?? 0));
  const before = level();
  let during = 0;
  const timer = setInterval(() => {
    during = Math.max(during, level());
  }, LOOK_MS);
  try {
    await playTestSound(options.devices ?? pageDevices(), options.signal);
  } finally {
    clearInterval(timer);
  }
  return preview && Math.max(0, during - before);
}

async function checkCall(options: PreflightOptions, microphone: boolean, done: Done): Promise<void> {
  const { listenMs, confirmSpeaker, onBegin, onCheck, onLevel, signal, ...rest } = options;
  onBegin?.("connection");
  const call = new Call({
    ...rest,
    metadata: { ...rest.metadata, preflight: true },
    ...(microphone ? {} : { microphone: false as const }),
  });
  const giveUp = (): void => void call.hangUp("preflight").catch(() => {});
  signal?.addEventListener("abort", giveUp);
  try {
    const from = performance.now();
    await call.start();
    done({ name: "connection", verdict: "good", value: Math.round(performance.now() - from), unit: "ms" });
    done({ name: "codec", verdict: "good", text: call.codec?.id ?? "" });
    onBegin?.("roundTrip");
    const times: number[] = [];
    while (times.length < PINGS && !signal?.aborted) times.push(await call.ping());
    done({ name: "roundTrip", unit: "ms", ...judge.roundTrip(times) });
    done({ name: "jitter", unit: "ms", ...judge.jitter(times) });
    onBegin?.("loop");
    const loopMs = await echoed(call, signal);
    done(loopMs === undefined ? skipped("loop") : { name: "loop", unit: "ms", ...judge.loop(loopMs) });
  } catch (error) {
    signal?.throwIfAborted();
    done({ name: "connection", ...failed(error) });
    for (const name of ["codec", "roundTrip", "jitter", "loop"] as const) done(skipped(name));
  } finally {
    signal?.removeEventListener("abort", giveUp);
    await call.hangUp("preflight");
  }
}

/** From the microphone through an application that echoes to the loudspeaker; undefined with any other, or without a sound. */
async function echoed(call: Call, signal: AbortSignal | undefined): Promise<number | undefined> {
  const until = performance.now() + LOOP_MS;
  while (performance.now() < until && !signal?.aborted) {
    const { audio } = await call.stats();
    if (audio?.loop && audio.loop.count >= 3) return audio.loop.medianMs;
    await pause(500);
  }
  return undefined;
}

const skipped = (name: PreflightCheckName): PreflightCheck => ({ name, verdict: "skipped" });

function failed(error: unknown): Omit<PreflightCheck, "name"> {
  const { code, message, action } = VoiceError.from(error);
  return { verdict: "bad", code, message, action };
}
