import { classicV1, type Frame } from "../protocol/index.ts";
import { removedMark } from "../session/index.ts";
import type { SoundDifference } from "./replay-sound.ts";

/** One way in which the live side is not as it was. Times as in the trace, milliseconds. */
export type ReplayDifference = { readonly t: number } /** The live side never said it. */ & (
  | { readonly type: "missing"; readonly what: string; readonly expected: string }
  /** It says something that is not in the recording. */
  | { readonly type: "unexpected"; readonly what: string; readonly actual: string }
  /** It says something else at `path`. */
  | {
      readonly type: "changed";
      readonly what: string;
      readonly path: string;
      readonly expected: unknown;
      readonly actual: unknown;
    }
  | { readonly type: "late"; readonly what: string; readonly byMs: number }
  /** Its sound has another length, or other bytes from `firstByte` on. */
  | ({ readonly type: "sound" } & SoundDifference)
  /** It did not close, or closed too early. */
  | { readonly type: "close"; readonly what: string }
  /** Not in the recording, so it could not be played or compared. */
  | { readonly type: "hole"; readonly what: string }
);

/** A message as it is compared: what it is, whatever its identifier. */
export interface Spoken {
  /** `request ping`, `event dtmf`, `answer to session.get`. */
  readonly what: string;
  /** Method or event; of an answer, the method that was asked. Undefined: not a message. */
  readonly name: string | undefined;
  readonly frame: Frame | undefined;
}

/** `methodOf`: the method of a request by its identifier. */
export function readSpoken(text: string, methodOf: (id: string) => string | undefined): Spoken {
  let frame: Frame;
  try {
    frame = classicV1.decode(text);
  } catch {
    return { what: "unreadable message", name: undefined, frame: undefined };
  }
  if (frame.kind === "request") return { what: `request ${frame.method}`, name: frame.method, frame };
  if (frame.kind === "event") return { what: `event ${frame.event}`, name: frame.event, frame };
  const name = methodOf(frame.response) ?? "an unknown request";
  return { what: `answer to ${name}`, name, frame };
}

/** What is different each time, by nature: `method.path`. */
export const volatilePaths: readonly string[] = [
  "ping.params.t0",
  "ping.params.rtt",
  "ping.result.t1",
  "ping.result.t2",
  "ping.result.owd",
  "dtmf.data.pressed_at",
  "dtmf.data.released_at",
  "audio.info.data",
  "recording.start.result.id",
  "session.initialize.params.call.session_id",
];

export interface PayloadDifference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Where two messages of the same kind differ. What was removed from the recording equals anything. */
export function comparePayloads(
  expected: Spoken,
  actual: Spoken,
  ignored: readonly string[] = volatilePaths,
): PayloadDifference[] {
  const differences: PayloadDifference[] = [];
  const isIgnored = (path: string): boolean => {
    const full = `${expected.name}.${path}`;
    return ignored.some((entry) => full === entry || full.startsWith(`${entry}.`));
  };
  const visit = (one: unknown, other: unknown, path: string): void => {
    if (one === removedMark || isIgnored(path) || Object.is(one, other)) return;
    if (isObject(one) && isObject(other) && Array.isArray(one) === Array.isArray(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        visit(one[key], other[key], path === "" ? key : `${path}.${key}`);
      }
      return;
    }
    differences.push({ path, expected: one, actual: other });
  };
  visit(payloadOf(expected.frame), payloadOf(actual.frame), "");
  return differences;
}

function payloadOf(frame: Frame | undefined): unknown {
  switch (frame?.kind) {
    case "request":
      return { params: frame.params };
    case "event":
      return { data: frame.data };
    case "result":
      return { result: frame.result };
    case "error":
      return { error: frame.error };
    default:
      return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
