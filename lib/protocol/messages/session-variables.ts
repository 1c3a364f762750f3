import { empty, operation } from "../message.ts";
import { lenient, list, map, object, string } from "../shape.ts";

export const sessionSet = operation({
  handledBy: "voice",
  params: object({ data: lenient(map, {}) }),
  result: empty,
});

/** No keys means all variables; keys nobody set are left out of the result. */
export const sessionGet = operation({
  handledBy: "voice",
  params: object({ keys: lenient(list(string), []) }),
  result: lenient(map, {}),
});
