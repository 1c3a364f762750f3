/** `skipped`: there was nothing to judge by. */
export type Verdict = "good" | "warning" | "bad" | "skipped";

interface Judged {
  readonly verdict: Verdict;
  readonly value: number;
  readonly code?: string;
  readonly message?: string;
  readonly action?: string;
}

/** −34 dB: somebody spoke. */
export const SPOKEN_PEAK = 0.02;
/** −54 dB: below the noise of an ordinary room. */
const SILENT_PEAK = 0.002;
const CLIPPED_PEAK = 0.99;
/** −40 dB of the loudspeaker in the microphone, after the browser's echo cancellation. */
const ECHO_LEVEL = 0.01;
/** ITU-T G.114: up to 150 ms one way is good for most, up to 400 ms is to be planned for. */
const ROUND_TRIP_MS = [300, 800] as const;
const JITTER_MS = [30, 100] as const;
const LOOP_MS = [400, 900] as const;

const toDb = (level: number) => Math.round(20 * Math.log10(Math.max(level, 1e-5)));

export function microphone(peak: number): Judged {
  const value = toDb(peak);
  if (peak < SILENT_PEAK) {
    const action = "Check that it is switched on, or use another one.";
    return { verdict: "bad", value, code: "media-microphone-silent", message: "No sound comes from it.", action };
  }
  if (peak < SPOKEN_PEAK) {
    const action = "Come closer, or raise its level in the settings of the system.";
    return { verdict: "warning", value, code: "preflight-quiet", message: "It is very quiet.", action };
  }
  if (peak > CLIPPED_PEAK) {
    const action = "Move away a little, or lower its level in the settings of the system.";
    return { verdict: "warning", value, code: "preflight-loud", message: "It is too loud.", action };
  }
  return { verdict: "good", value };
}

/** @param heard what the person says; undefined: nobody was asked. */
export function speaker(heard: boolean | undefined): Omit<Judged, "value"> {
  if (heard !== false) return { verdict: heard ? "good" : "skipped" };
  const action = "Turn the volume up, or choose another loudspeaker.";
  return { verdict: "bad", code: "preflight-unheard", message: "The tones were not heard.", action };
}

export function echo(level: number): Judged {
  const value = toDb(level);
  if (level < ECHO_LEVEL) return { verdict: "good", value };
  const action = "Use headphones, or turn the loudspeaker down.";
  return {
    verdict: "warning",
    value,
    code: "preflight-echo",
    message: "The microphone hears the loudspeaker.",
    action,
  };
}

export function roundTrip(times: readonly number[]): Judged {
  return timed(median(times), ROUND_TRIP_MS, "The connection is slow.");
}

/** Mean difference of one round trip from the next. */
export function jitter(times: readonly number[]): Judged {
  const steps = times.slice(1).map((time, index) => Math.abs(time - (times[index] ?? time)));
  const mean = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length);
  return timed(mean, JITTER_MS, "The connection is uneven.");
}

export function loop(delayMs: number): Judged {
  return timed(delayMs, LOOP_MS, "The sound takes long.");
}

/** The worst of what was judged; `skipped` where nothing was. */
export function worst(checks: readonly { readonly verdict: Verdict }[]): Verdict {
  const order = ["skipped", "good", "warning", "bad"] as const;
  return checks.reduce<Verdict>(
    (most, { verdict }) => (order.indexOf(verdict) > order.indexOf(most) ? verdict : most),
    "skipped",
  );
}

function timed(ms: number, [good, fair]: readonly [number, number], message: string): Judged {
  const value = Math.round(ms * 10) / 10;
  if (ms <= good) return { verdict: "good", value };
  const action = "Come closer to the access point, use a cable, or stop other downloads.";
  return { verdict: ms <= fair ? "warning" : "bad", value, code: "preflight-network", message, action };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
