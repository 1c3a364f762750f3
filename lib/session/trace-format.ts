import type { Role } from "../protocol/index.ts";
import type { TransportClose, TransportStats } from "../transport/transport.ts";
import type { SessionStats } from "./options.ts";
import type { SessionState } from "./state.ts";

/**
 * A recorded session: one JSON object a line. The first line is the header; every other one has `t`, milliseconds after `startedAt`: for what was
 * received, when the transport's thread received it. Lines stand in the order in which the session's thread saw things. Credentials and session
 * descriptions are not in it: see `removedMark`.
 */
export interface TraceHeader {
  readonly type: "trace";
  readonly version: 1;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether `frames` carry their bytes. */
  readonly audio: boolean;
}

/** Seen from the side that was recorded. */
export type TraceWay = "sent" | "received";

/** A control message. */
export interface TraceText {
  readonly type: "text";
  readonly way: TraceWay;
  readonly text: string;
  /** Received: bytes of media before it. */
  readonly mediaBytes?: number;
  /** Characters of the whole, where `text` is only its beginning. */
  readonly wholeChars?: number;
}

/** Frames in one direction with nothing else in between: `bytes[i]` passed at `t + at[i]`. */
export interface TraceFrames {
  readonly type: "frames";
  readonly way: TraceWay;
  readonly bytes: readonly number[];
  readonly at: readonly number[];
  /** How many of those sent the transport did not take. */
  readonly refused?: number;
  /** All their bytes, base64. */
  readonly data?: string;
}

/** The session ended; `reason` and `by` as in `SessionEnd`. */
export interface TraceEnd {
  readonly type: "end";
  readonly reason: string;
  readonly by: "local" | "remote" | "network";
  readonly method?: string;
  readonly error?: TraceError;
}

/** What a line of a trace can say. */
export type TraceEntry =
  /** A session begins. A call that moves has one after the other. */
  | { readonly type: "session"; readonly role: Role }
  /** The session got a transport; again after every reconnection. */
  | { readonly type: "open"; readonly kind: string; readonly profile: string }
  | TraceText
  | TraceFrames
  /** From here frames pass between other threads and are not seen, only counted by `stats`. */
  | { readonly type: "media-connected" }
  | { readonly type: "state"; readonly state: SessionState; readonly previous: SessionState }
  | { readonly type: "fault"; readonly at?: string; readonly error: TraceError }
  | { readonly type: "stats"; readonly session: SessionStats; readonly transport?: TransportStats }
  | ({ readonly type: "close" } & TransportClose)
  | TraceEnd
  /** What the program around the session wanted to be remembered. */
  | { readonly type: "note"; readonly name: string; readonly data?: unknown }
  /** Lines left out here to stay within the recorder's bound. */
  | { readonly type: "gap"; readonly lines: number; readonly chars: number };

/** A line of a trace. `t`: milliseconds after `startedAt` of the header. */
export type TraceRecord = TraceEntry & { readonly t: number };

/** An error, without its stack. */
export interface TraceError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** A recorded session that was read: see `readTrace`. */
export interface Trace {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
  /** Lines that could not be used: of a kind this version does not know, or cut off at the end. */
  readonly skippedLines: number;
}

/** A file is no recorded session, or one of a version that is not known here. */
export class TraceFormatError extends Error {
  override readonly name = "TraceFormatError";
  readonly fatal = true;
  readonly action = "Give it a file that a SessionRecorder of this version (or an older one) has written.";
  constructor(
    readonly code: "trace-format" | "trace-version",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What every kind of record must have, by the type of the value. */
const shapes: Readonly<Record<TraceEntry["type"], Readonly<Record<string, "string" | "number" | "object">>>> = {
  session: { role: "string" },
  open: { kind: "string", profile: "string" },
  text: { way: "string", text: "string" },
  frames: { way: "string", bytes: "object", at: "object" },
  "media-connected": {},
  state: { state: "string", previous: "string" },
  fault: { error: "object" },
  stats: { session: "object" },
  close: { by: "string", code: "number", reason: "string" },
  end: { reason: "string", by: "string" },
  note: { name: "string" },
  gap: { lines: "number", chars: "number" },
};

/** Reads what a recorder wrote. A last line that was cut off is left out. Throws `TraceFormatError`. */
export function readTrace(text: string): Trace {
  const [first = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
  const header = parseLine(first) as Partial<TraceHeader> | undefined;
  if (header?.type !== "trace" || typeof header.startedAt !== "number") {
    throw new TraceFormatError("trace-format", "This is not a recorded session: its first line is not a trace header.");
  }
  if (header.version !== 1) {
    throw new TraceFormatError("trace-version", `This session was recorded in version ${header.version}, not 1.`);
  }
  const records = rest.map(parseLine).filter(isRecord);
  return { header: header as TraceHeader, records, skippedLines: rest.length - records.length };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is TraceRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const { type, t } = record;
  if (typeof type !== "string" || typeof t !== "number" || !Object.hasOwn(shapes, type)) return false;
  const shape = shapes[type as TraceEntry["type"]];
  const fits = Object.entries(shape).every(([key, kind]) => typeof record[key] === kind && record[key] !== null);
  return fits && (type !== "frames" || isFrames(record));
}

const isFrames = ({ bytes, at }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(bytes) && Array.isArray(at) && bytes.length === at.length && [...bytes, ...at].every(Number.isFinite);

/** The bytes of a `frames` record, one array a frame; undefined where its sound was not recorded. */
export function traceFrames(record: TraceFrames): Uint8Array[] | undefined {
  if (record.data === undefined) return undefined;
  const whole = Uint8Array.from(atob(record.data), (character) => character.charCodeAt(0));
  let from = 0;
  return record.bytes.map((length) => {
    const frame = whole.slice(from, from + length);
    from += length;
    return frame;
  });
}
