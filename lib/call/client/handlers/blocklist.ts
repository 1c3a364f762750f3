import { type CallHandler, pass, reject } from "./handler.ts";
import { type IdPattern, matches } from "./pattern.ts";

/** Turns these away. The code that they are told, `declined` by default, does not show that there is a list. */
export const blocklist =
  (blocked: Iterable<IdPattern> | ((id: string) => boolean), { code = "declined" } = {}): CallHandler =>
  (call) => {
    const { id } = call.from;
    const found = typeof blocked === "function" ? blocked(id) : [...blocked].some((pattern) => matches(pattern, id));
    return found ? reject(code) : pass;
  };
