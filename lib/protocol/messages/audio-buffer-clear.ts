import { empty, operation } from "../message.ts";
import { count, object } from "../shape.ts";

/** Takes back sound not yet played. `len`: bytes removed, exact, over every place where it was queued. */
export const audioBufferClear = operation({ handledBy: "voice", params: empty, result: object({ len: count }) });
