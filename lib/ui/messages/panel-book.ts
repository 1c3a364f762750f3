import { MessageBook } from "./message-book.ts";
import type { PanelMessages } from "./panel-messages.ts";
import { panels } from "./panels-en.ts";

/** The words of the panels, loaded with the first of them. */
export const panelBook = new MessageBook<PanelMessages>(panels, {
  de: async () => (await import("./panels-de.ts")).panels,
  es: async () => (await import("./panels-es.ts")).panels,
});
