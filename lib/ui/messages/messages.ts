import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";

/** Everything the elements say. `{name}` is replaced by a value. */
export interface Messages {
  readonly title: string;
  readonly startCall: string;
  readonly callAgain: string;
  readonly tryAgain: string;
  /** The button of a warning that one action fixes. */
  readonly resolve: string;
  readonly hangUp: string;
  readonly mute: string;
  readonly keypad: string;
  readonly captions: string;
  readonly controls: string;
  readonly star: string;
  readonly hash: string;
  readonly caller: string;
  readonly agent: string;
  readonly inputLevel: string;
  readonly outputLevel: string;
  readonly sound: string;
  readonly silence: string;
  readonly noCaptions: string;
  readonly duration: string;

  readonly permissionPrompt: string;
  readonly permissionWaiting: string;
  readonly permissionDenied: string;

  readonly stageMicrophone: string;
  readonly stageConnection: string;
  readonly stageTalk: string;
  readonly stageDone: string;

  /** One per call state; the announcer speaks them. */
  readonly idle: string;
  readonly initiating: string;
  readonly ringing: string;
  readonly connecting: string;
  readonly active: string;
  readonly held: string;
  readonly reconnecting: string;
  readonly transferring: string;
  readonly queued: string;
  readonly terminating: string;
  readonly terminated: string;
  readonly failed: string;
  readonly cancelled: string;

  /** Who ended the call. */
  readonly endedLocal: string;
  readonly endedRemote: string;
  readonly endedNetwork: string;
  readonly endedError: string;
  readonly reason: string;

  /** By error or warning code: what happened, and what to do. A code that is missing shows what the call itself says. */
  readonly problems: Readonly<Record<string, readonly [message: string, action: string]>>;
}

/** Keys of the plain strings. */
export type MessageKey = { [Key in keyof Messages]: Messages[Key] extends string ? Key : never }[keyof Messages];

const tables = new Map<string, Messages>([
  ["en", en],
  ["de", de],
  ["es", es],
]);

/** The table for a BCP 47 tag: exact, then its language, then English. */
export function messagesFor(locale: string): Messages {
  const tag = locale.toLowerCase();
  return tables.get(tag) ?? tables.get(tag.split("-", 1)[0] ?? "") ?? en;
}

/** Adds a language, or changes words of one, for every element rendered from now on. `problems` are merged by code. */
export function registerMessages(locale: string, messages: Partial<Messages>): void {
  tables.set(locale.toLowerCase(), mergeMessages(messagesFor(locale), messages));
}

export function mergeMessages(base: Messages, overrides: Partial<Messages> | undefined): Messages {
  if (overrides === undefined) return base;
  return { ...base, ...overrides, problems: { ...base.problems, ...overrides.problems } };
}

export function fill(template: string, values: Readonly<Record<string, string>> = {}): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
