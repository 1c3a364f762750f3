import { empty, operation } from "../message.ts";
import { nonEmpty, object } from "../shape.ts";

/** The voice side ends the session. */
export const sessionTerminate = operation({
  handledBy: "application",
  params: object({ reason: nonEmpty }),
  result: empty,
  terminal: true,
  refusal: "session.terminate is not supported. please use application.move or call.hangup instead",
});
