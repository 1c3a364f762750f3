import type { FlightEventKind } from "../../call/flight-record.ts";
import { type MessageChanges, type Messages, messagesFor, messagesReady } from "../messages/messages.ts";
import { panelBook } from "../messages/panel-book.ts";
import type { PanelMessages } from "../messages/panel-messages.ts";
import { replayBook } from "../messages/replay-book.ts";
import type { ReplayMessages } from "../messages/replay-messages.ts";

/** Everything `<voice-replay>` says. */
export type ReplayWords = Messages & PanelMessages & ReplayMessages;

export const replayWords = (locale: string, changes: MessageChanges = {}): ReplayWords => ({
  ...panelBook.find(locale),
  ...replayBook.find(locale),
  ...messagesFor(locale),
  ...(changes as Partial<ReplayWords>),
});

/** Undefined where nothing needs to be waited for. */
export function replayWordsReady(locale: string): Promise<unknown> | undefined {
  const waiting = [messagesReady(locale), panelBook.load(locale), replayBook.load(locale)].filter(Boolean);
  return waiting.length > 0 ? Promise.all(waiting) : undefined;
}

export const kindWords = {
  state: "kindState",
  sent: "kindSent",
  received: "kindReceived",
  connection: "kindConnection",
  fault: "kindFault",
  warning: "kindWarning",
  call: "kindCall",
  end: "kindEnd",
} as const satisfies Record<FlightEventKind, keyof ReplayMessages>;

/** The states of a call have words; those of a session stand as they are in the file. */
export function stateWord(words: ReplayWords, state: string | undefined): string {
  const word = state === undefined ? "–" : (words as unknown as Readonly<Record<string, unknown>>)[state];
  return typeof word === "string" ? word : (state ?? "–");
}

/** `0:03.2` */
export function formatPosition(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [
    Math.floor(tenths / 36_000),
    Math.floor(tenths / 600) % 60,
    Math.floor(tenths / 10) % 60,
  ];
  const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return `${clock}.${tenths % 10}`;
}
