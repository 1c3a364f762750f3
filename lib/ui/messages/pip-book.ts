import { MessageBook } from "./message-book.ts";

/** What `<voice-pip-button>` says. */
export interface PipMessages {
  readonly pip: string;
}

/** So short that no language is a script of its own. */
export const pipBook = new MessageBook<PipMessages>(
  { pip: "Small window" },
  { de: async () => ({ pip: "Kleines Fenster" }), es: async () => ({ pip: "Ventana pequeña" }) },
);
