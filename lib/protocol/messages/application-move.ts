import { operation } from "../message.ts";
import { object, optional, string } from "../shape.ts";

/** Hands the call to another application; without `application_id`, to the one that follows. */
export const applicationMove = operation({
  handledBy: "voice",
  params: object({ reason: optional(string), application_id: optional(string) }),
  result: object({ next_application_id: optional(string) }),
  terminal: true,
});
