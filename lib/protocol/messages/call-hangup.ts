import { empty, event, operation } from "../message.ts";
import { nonEmpty, object, optional, string } from "../shape.ts";

/** The application ends the call. */
export const callHangup = operation({
  handledBy: "voice",
  params: object({ reason: nonEmpty }),
  result: empty,
  terminal: true,
});

/** The caller hung up. `session.terminate` follows. */
export const callHangupEvent = event({ emittedBy: "voice", data: object({ reason: optional(string) }) });
