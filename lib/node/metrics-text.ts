import type { VoiceServerStats } from "./voice-server-options.ts";

export interface ProcessFigures {
  readonly residentBytes: number;
  /** Of the event loop, since the last time; undefined where it is not measured. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number } | undefined;
}

type Samples = readonly (readonly [labels: string, value: number])[];

/** Prometheus text exposition format 0.0.4. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The figures of a voice server for Prometheus. Times in seconds, as is the custom there. */
export function metricsText(stats: VoiceServerStats, { residentBytes, loopDelayMs }: ProcessFigures): string {
  const { media } = stats;
  const lines: string[] = [];
  const add = (type: "counter" | "gauge", name: string, help: string, samples: Samples | number): void => {
    const named = `voicebridge_${name}`;
    lines.push(`# HELP ${named} ${help}`, `# TYPE ${named} ${type}`);
    const all = typeof samples === "number" ? [["", samples] as const] : samples;
    for (const [labels, value] of all) lines.push(`${named}${labels && `{${labels}}`} ${value}`);
  };
  const by = (label: string, figures: Readonly<Record<string, number>>): Samples =>
    Object.entries(figures).map(([key, value]) => [`${label}="${key}"`, value]);

  add("gauge", "sessions", "Calls that are on.", stats.sessions);
  add("gauge", "pending_upgrades", "Upgrades whose credentials are being checked.", stats.pendingUpgrades);
  add("gauge", "draining", "1 while no new calls are taken.", stats.state === "open" ? 0 : 1);
  add("counter", "accepted_total", "Upgrades that became sessions.", stats.accepted);
  add("counter", "refused_total", "Upgrades refused, by cause.", by("cause", stats.refused));
  add("counter", "ended_total", "Sessions ended, by who ended them.", by("by", stats.ended));
  add("counter", "cut_off_total", "Peers cut off for their conduct, by cause.", by("cause", stats.cutOff));
  add("counter", "failed_handlers_total", "Calls whose agent failed.", stats.failedHandlers);
  add("counter", "media_frames_total", "Sound, in frames.", [
    ['direction="received"', media.receivedFrames],
    ['direction="sent"', media.sentFrames],
  ]);
  add("counter", "media_bytes_total", "Sound, in bytes.", [
    ['direction="received"', media.receivedBytes],
    ['direction="sent"', media.sentBytes],
  ]);
  add("counter", "lost_frames_total", "Sound that went nowhere, by cause.", [
    ['cause="unsent"', media.unsentFrames],
    ['cause="unread"', media.unreadFrames],
    ['cause="early"', media.earlyFrames],
    ['cause="oversized"', media.oversizedFrames],
  ]);
  add("gauge", "backlog_bytes", "Bytes that wait in this process for slow connections.", stats.backlogBytes);
  add("gauge", "resident_memory_bytes", "Memory of this process.", residentBytes);
  if (loopDelayMs) {
    add("gauge", "event_loop_delay_seconds", "How late this process runs its timers, since it was last asked.", [
      ['quantile="0.5"', loopDelayMs.p50 / 1000],
      ['quantile="0.99"', loopDelayMs.p99 / 1000],
      ['quantile="1"', loopDelayMs.max / 1000],
    ]);
  }
  return `${lines.join("\n")}\n`;
}
