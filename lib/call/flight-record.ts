import { readTrace, type TraceRecord } from "../session/index.ts";
import type { FlightNotes, LevelsNote, SoundNote } from "./flight-notes.ts";
import type { CallQuality } from "./quality-meter.ts";

/** A state, and how long it held. Milliseconds after the beginning, as all times here. */
export interface FlightSpan {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the call; of the session, where the file is the trace of a session alone. */
  readonly state: string;
}

/** What kind of thing happened. `sent` and `received`: a message of the wire. */
export type FlightEventKind = "state" | "sent" | "received" | "connection" | "fault" | "warning" | "call" | "end";

/** Something that happened at one moment. */
export interface FlightEvent {
  readonly atMs: number;
  readonly kind: FlightEventKind;
  /** A method or event of the wire, a state, a code: as it stands in the file. */
  readonly name: string;
  /** More of it; may be long. */
  readonly detail: string;
}

/** Peaks, 0 to 1 of full scale. */
export interface FlightLevel {
  readonly atMs: number;
  readonly input: number;
  readonly output: number;
}

/** A rating, and when it was made: milliseconds after the beginning. */
export type FlightQuality = CallQuality & { readonly atMs: number };

/** A recording of both sides. */
export interface FlightSound {
  readonly fromMs: number;
  readonly blob: Blob;
}

/** What happened in one call, ready to be shown. Everything in order of time. */
export interface FlightRecord {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly spans: readonly FlightSpan[];
  readonly events: readonly FlightEvent[];
  readonly levels: readonly FlightLevel[];
  readonly quality: readonly FlightQuality[];
  readonly sounds: readonly FlightSound[];
  readonly ended: FlightNotes["call-ended"] | undefined;
  /** Lines that could not be read, or were left out when the file was made. */
  readonly missingLines: number;
}

/** Reads what `call.flightRecord()` made, or a `SessionRecorder`. Throws `TraceFormatError`, whose `code` is `trace-format` or `trace-version`. */
export function readFlightRecord(text: string): FlightRecord {
  const { header, records, skippedLines } = readTrace(text);
  const reader = new Reader();
  for (const record of records) reader.read(record);
  const { events, levels, quality, sounds, ended } = reader;
  const durationMs = Math.max(0, ...[events, levels, quality].map((list) => list.at(-1)?.atMs ?? 0));
  return {
    startedAt: header.startedAt,
    durationMs,
    spans: spansOf(reader.callStates.length > 0 ? reader.callStates : reader.sessionStates, durationMs),
    events: events.sort(byTime),
    levels: levels.sort(byTime),
    quality,
    sounds,
    ended,
    missingLines: skippedLines + reader.missingLines,
  };
}

const byTime = (a: { readonly atMs: number }, b: { readonly atMs: number }): number => a.atMs - b.atMs;

interface StateAt {
  readonly atMs: number;
  readonly state: string;
}

class Reader {
  readonly events: FlightEvent[] = [];
  readonly levels: FlightLevel[] = [];
  readonly quality: FlightQuality[] = [];
  readonly sounds: FlightSound[] = [];
  readonly callStates: StateAt[] = [];
  readonly sessionStates: StateAt[] = [];
  ended: FlightNotes["call-ended"] | undefined;
  missingLines = 0;

  read(record: TraceRecord): void {
    const { t } = record;
    switch (record.type) {
      case "note":
        this.#note(t, record.name, record.data);
        break;
      case "text":
        this.#event(t, record.way, nameOfMessage(record.text), record.text);
        break;
      case "open":
        this.#event(t, "connection", record.profile, record.kind);
        break;
      case "close":
        this.#event(t, "connection", "close", `${record.by}: ${record.code} ${record.reason}`.trim());
        break;
      case "state":
        this.sessionStates.push({ atMs: t, state: record.state });
        break;
      case "fault":
        this.#event(t, "fault", record.error.code ?? record.error.name, record.error.message);
        break;
      case "end":
        this.#event(t, "connection", `session: ${record.reason}`, record.error?.message ?? "");
        break;
      case "gap":
        this.missingLines += record.lines;
        break;
      case "session":
      case "frames":
      case "stats":
      case "media-connected":
        break;
    }
  }

  #event(atMs: number, kind: FlightEventKind, name: string, detail = ""): void {
    this.events.push({ atMs, kind, name, detail });
  }

  /** What does not look as it should, in a file from elsewhere, is shown as it is. */
  #note(t: number, name: string, data: unknown): void {
    if (isNote(name, data, "call-state")) {
      if (this.callStates.length === 0) this.callStates.push({ atMs: 0, state: data.previous });
      this.callStates.push({ atMs: t, state: data.state });
      this.#event(t, "state", data.state);
    } else if (isNote(name, data, "call-levels") && isLevels(data)) {
      for (const [i, at] of data.at.entries())
        this.levels.push({ atMs: t + at, input: data.input[i] ?? 0, output: data.output[i] ?? 0 });
    } else if (isNote(name, data, "call-quality") && typeof data.stages === "object") {
      this.quality.push({ ...data, atMs: t });
    } else if (isNote(name, data, "call-warning")) {
      this.#event(t, "warning", data.code, data.cleared ? "✓" : data.message);
    } else if (isNote(name, data, "call-ended")) {
      this.ended = data;
      this.#event(t, "end", data.code ?? data.reason, data.message);
    } else if (isNote(name, data, "call-sound")) {
      const blob = soundOf(data);
      if (blob) this.sounds.push({ fromMs: data.fromMs, blob });
    } else if (name !== "call-stats") {
      this.#event(t, "call", name.replace(/^call-/, ""), data === undefined ? "" : JSON.stringify(data));
    }
  }
}

function isNote<Name extends keyof FlightNotes>(name: string, data: unknown, wanted: Name): data is FlightNotes[Name] {
  return name === wanted && typeof data === "object" && data !== null;
}

const isLevels = ({ at, input, output }: LevelsNote): boolean =>
  [at, input, output].every((list) => Array.isArray(list) && list.every(Number.isFinite));

function soundOf({ type, base64 }: SoundNote): Blob | undefined {
  try {
    return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type });
  } catch {
    return undefined;
  }
}

/** Method, event, or what it answers. */
function nameOfMessage(text: string): string {
  try {
    const { method, event, response, error } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof method === "string") return method;
    if (typeof event === "string") return event;
    if (error) return "error";
    if (response !== undefined) return "response";
  } catch {
    // Cut off, or not ours.
  }
  return "…";
}

function spansOf(states: readonly StateAt[], durationMs: number): FlightSpan[] {
  return states
    .map(({ atMs, state }, i) => ({ fromMs: atMs, toMs: states[i + 1]?.atMs ?? durationMs, state }))
    .filter(({ fromMs, toMs }, i, all) => toMs > fromMs || i === all.length - 1);
}

/** What was the case at a moment. */
export function flightAt(
  { spans, levels, quality, events }: FlightRecord,
  atMs: number,
): {
  readonly state: string | undefined;
  readonly level: FlightLevel | undefined;
  readonly quality: FlightQuality | undefined;
  /** Index of the last event until then; -1 before the first. */
  readonly event: number;
} {
  const level = last(levels, atMs);
  return {
    state: spans.findLast(({ fromMs }) => fromMs <= atMs)?.state,
    level: level && atMs - level.atMs < 2000 ? level : undefined,
    quality: last(quality, atMs),
    event: events.findLastIndex((event) => event.atMs <= atMs),
  };
}

const last = <Item extends { readonly atMs: number }>(items: readonly Item[], atMs: number): Item | undefined =>
  items.findLast((item) => item.atMs <= atMs);
