import { empty, operation } from "../message.ts";
import { list, nonEmpty, object, optional, string } from "../shape.ts";

export const recordingStart = operation({
  handledBy: "voice",
  params: object({ tags: optional(list(string)) }),
  result: object({ id: nonEmpty }),
});

export const recordingStop = operation({ handledBy: "voice", params: object({ id: nonEmpty }), result: empty });
