import { MessageBook } from "./message-book.ts";
import { replay } from "./replay-en.ts";
import type { ReplayMessages } from "./replay-messages.ts";

/** The words of `<voice-replay>`. */
export const replayBook = new MessageBook<ReplayMessages>(replay, {
  de: async () => (await import("./replay-de.ts")).replay,
  es: async () => (await import("./replay-es.ts")).replay,
});
