import { incoming } from "./incoming-en.ts";
import type { IncomingMessages } from "./incoming-messages.ts";
import { MessageBook } from "./message-book.ts";

/** The words of `<voice-incoming>`. */
export const incomingBook = new MessageBook<IncomingMessages>(incoming, {
  de: async () => (await import("./incoming-de.ts")).incoming,
  es: async () => (await import("./incoming-es.ts")).incoming,
});
