import { operation } from "../message.ts";
import { integer, json, nonZero, object, optional } from "../shape.ts";

/**
 * All times epoch milliseconds: t0 sent, t1 received by the transport, t2 handled; `owd` = t2 − t0, on two clocks.
 * `rtt`: what the sender measured last. `data` comes back as it went.
 */
export const ping = operation({
  handledBy: "both",
  params: object({ t0: nonZero, rtt: optional(integer), data: optional(json) }),
  result: object({ t0: nonZero, t1: nonZero, t2: nonZero, owd: integer, data: optional(json) }),
});
