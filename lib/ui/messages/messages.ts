import { en } from "./en.ts";
import type { IncomingMessages } from "./incoming-messages.ts";
import { MessageBook, registerChanges } from "./message-book.ts";
import type { PanelMessages } from "./panel-messages.ts";
import type { PipMessages } from "./pip-book.ts";
import type { ReplayMessages } from "./replay-messages.ts";

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
  readonly devices: string;
  readonly quality: string;
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
  /** After a failure, when the person has allowed it since. */
  readonly permissionGranted: string;
  readonly openTab: string;
  readonly openSecure: string;

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
  /** By warning code: what the button says that fixes it; `resolve` for a code that is missing. */
  readonly fixes: Readonly<Record<string, string>>;
}

/** What can be replaced: the words of every element. */
export type MessageChanges = Partial<Messages & PanelMessages & IncomingMessages & ReplayMessages & PipMessages>;

/** Keys of the plain strings. */
export type MessageKey = { [Key in keyof Messages]: Messages[Key] extends string ? Key : never }[keyof Messages];

/** English is there; other languages are scripts of their own, loaded when an element speaks them. */
const book = new MessageBook<Messages>(
  en,
  { de: async () => (await import("./de.ts")).de, es: async () => (await import("./es.ts")).es },
  mergeMessages,
);

/** The table for a BCP 47 tag: exact, then its language, then English; English, too, while it is not loaded (see `messagesReady`). */
export function messagesFor(locale: string): Messages {
  return book.find(locale);
}

/** Resolves when the table for this tag is loaded, or cannot be; undefined where there is nothing to wait for. */
export function messagesReady(locale: string): Promise<void> | undefined {
  return book.load(locale);
}

/** Adds a language, or changes words of one, for every element rendered from now on. `problems` and `fixes` are merged by code. */
export function registerMessages(locale: string, changes: MessageChanges): void {
  registerChanges(locale, changes);
}

export function mergeMessages(base: Messages, changes: MessageChanges | undefined): Messages {
  if (changes === undefined) return base;
  const problems = { ...base.problems, ...changes.problems };
  return { ...base, ...changes, problems, fixes: { ...base.fixes, ...changes.fixes } };
}

export function fill(template: string, values: Readonly<Record<string, string>> = {}): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
