import { rateQuality } from "../../../lib/call/quality.ts";

const line = (t: number, entry: object): string => JSON.stringify({ t, ...entry });
const note = (t: number, name: string, data: unknown): string => line(t, { type: "note", name, data });

/**
 * The record of a call of a minute, as a file: it is connected after 1.5 s, muted at 10 s, loses its connection at 30 s for 4 s, with delay and
 * concealment around that, and ends at 60 s.
 */
export function replaySample(): string {
  const lines = [
    JSON.stringify({ type: "trace", version: 1, startedAt: Date.UTC(2026, 4, 4, 10, 0, 0), audio: false }),
    note(0, "call", { id: "sample", state: "initiating" }),
    note(400, "call-state", { state: "connecting", previous: "initiating" }),
    line(900, { type: "open", kind: "websocket", profile: "rtvbp.v1" }),
    line(1000, {
      type: "text",
      way: "sent",
      text: '{"method":"session.initialize","params":{"application":{"id":"echo"}}}',
    }),
    line(1400, { type: "text", way: "received", text: '{"event":"session.updated","data":{}}' }),
    note(1500, "call-state", { state: "active", previous: "connecting" }),
    note(10_000, "call-muted", { muted: true }),
    note(30_000, "call-state", { state: "reconnecting", previous: "active" }),
    line(30_010, { type: "close", by: "network", code: 1006, reason: "" }),
    note(34_000, "call-state", { state: "active", previous: "reconnecting" }),
    note(35_000, "call-warning", { code: "media-muted-talking", message: "You are talking, but you are muted." }),
  ];
  for (let t = 5000; t < 60_000; t += 5000) {
    const at = Array.from({ length: 25 }, (_, i) => (i - 24) * 200);
    const wave = (phase: number) => at.map((ms) => Math.abs(Math.sin((t + ms) / 900 + phase)) * 0.6);
    lines.push(note(t, "call-levels", { at, input: wave(0), output: wave(2) }));
  }
  for (let t = 4000; t < 60_000; t += 2000) {
    const bad = t > 26_000 && t < 40_000;
    const bufferMs = bad ? 260 : 60 + (t % 3000) / 100;
    const stages = { captureMs: 20, networkMs: bad ? 90 : 15, bufferMs, outputMs: 25 };
    const delayMs = stages.captureMs + stages.networkMs + stages.bufferMs + stages.outputMs;
    const rated = rateQuality({ delayMs, concealedPct: bad ? 9 : 0.2 });
    const driftPpm = t < 10_000 ? undefined : 12 + t / 4000;
    lines.push(note(t, "call-quality", { ...rated, stages, driftPpm, state: "playing", sender: "live" }));
  }
  lines.push(
    note(60_000, "call-state", { state: "terminated", previous: "active" }),
    note(60_000, "call-ended", { reason: "shop is closed", by: "remote" }),
  );
  return `${lines.join("\n")}\n`;
}
