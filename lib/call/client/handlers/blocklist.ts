import { type CallHandler, pass, reject } from "./handler.ts";
import { type IdPattern, matches } from "./pattern.ts";

/** Turns these away. Throws `TypeError` where there is no list. The code that they are told, `declined` by default, does not show that there is a list. */
export const blocklist = (
  blocked: IdPattern | Iterable<IdPattern> | ((id: string) => boolean),
  { code = "declined" } = {},
): CallHandler => {
  const one = typeof blocked === "string" || blocked instanceof RegExp;
  const isBlocked = typeof blocked === "function" ? blocked : inAny(one ? [blocked] : (blocked as Iterable<IdPattern>));
  return (call) => (isBlocked(call.from.id) ? reject(code) : pass);
};

/** Patterns that come later count as well. */
function inAny(patterns: Iterable<IdPattern>): (id: string) => boolean {
  if (typeof patterns?.[Symbol.iterator] !== "function")
    throw new TypeError("A blocklist is made of ids and patterns.");
  return (id) => [...patterns].some((pattern) => matches(pattern, id));
}
