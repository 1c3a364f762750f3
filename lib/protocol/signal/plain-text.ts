import { isPlainType } from "./messages.ts";
import type { SignalMessage } from "./signal-message.ts";

/**
 * A message as clients of the plain older form read it: descriptions are `{type, sdp}`, and stand under `offer`, `answer` or `candidate` as well
 * as under `data`. Undefined: they know nothing of the kind, and are spared it.
 */
export function encodePlain(message: SignalMessage): string | undefined {
  const { type, to, from, callId, data } = message;
  if (!isPlainType(type)) return undefined;
  const payload = type === "offer" || type === "answer" ? { type, ...data } : data;
  const named = ["offer", "answer", "candidate"].includes(type) ? { [type]: payload } : {};
  return JSON.stringify({ type, to, from, callId, data: payload, ...named });
}
