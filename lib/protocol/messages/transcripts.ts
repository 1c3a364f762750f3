import { event } from "../message.ts";
import { object, optional, string } from "../shape.ts";

/** One finished utterance of the caller, in spite of the field's name. */
export const inputTranscript = event({ emittedBy: "application", data: object({ delta: string }) });

export const outputTranscriptDelta = event({ emittedBy: "application", data: object({ delta: string }) });

/** The agent's utterance is complete. Without `text` the deltas stand; an empty `text` is a text. */
export const outputTranscriptDone = event({ emittedBy: "application", data: object({ text: optional(string) }) });
