import type { SignalErrorCode, SignalMessage, SignalMessageOf } from "../../protocol/index.ts";
import type { HubClient } from "./hub-client.ts";
import type { CallRouting } from "./switchboard-options.ts";

export interface About {
  readonly from: string;
  readonly to: string;
  readonly callId: string;
}

export const failure = (code: SignalErrorCode, message: string): SignalMessageOf<"error"> => ({
  type: "error",
  // What is wrong may be named by words of the client: not more of them than fit, and no half characters.
  data: { code, message: [...message].slice(0, 256).join("") },
});

/** Tells a client that its message was not taken. */
export function refuse(
  client: HubClient,
  { type, callId, to }: SignalMessage,
  code: SignalErrorCode,
  text: string,
): void {
  // The older form knows no errors; what it knows is that a call was not taken.
  if (client.plain && type === "call-request" && to !== undefined)
    client.deliver({
      type: "call-reject",
      from: to,
      to: client.id,
      data: { code, reason: failure(code, text).data.message },
    });
  else if (callId === undefined) client.tell(failure(code, text));
  else client.deliver({ ...failure(code, text), callId });
}

/** What a caller of the older form is told instead of `call-redirect`. */
export const rejectedInstead = ({
  data: { target },
}: SignalMessageOf<"call-redirect">): SignalMessageOf<"call-reject"> => ({
  type: "call-reject",
  data: { code: "redirected", reason: `call ${target}` },
});

/** What a caller is told whose call was not let ring. */
export function routed(routing: CallRouting, about: About, plain: boolean): SignalMessage {
  const reason = routing.reason === undefined ? {} : { reason: routing.reason };
  if ("reject" in routing) return { type: "call-reject", ...about, data: { code: routing.reject, ...reason } };
  const data = { target: routing.redirect, ...reason };
  const message: SignalMessageOf<"call-redirect"> = { type: "call-redirect", ...about, data };
  return plain ? { ...rejectedInstead(message), ...about } : message;
}
