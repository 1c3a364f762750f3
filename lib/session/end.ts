import type { TransportClose } from "../transport/transport.ts";
import { SessionError } from "./errors.ts";
import type { SessionEnd } from "./events.ts";

/** The `code` of an error, where it has one. */
export function errorReason(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "error";
}

// RFC 6455 §7.4.1: normal closure, going away, no status received.
const orderly: readonly number[] = [1000, 1001, 1005];
/** Going away, and service restart (IANA registry of RFC 6455 §11.7): nothing is wrong with the call, it can go on elsewhere. */
const elsewhere: readonly number[] = [1001, 1012];

/** What the end of a transport means for its session, where no terminal operation announced it. */
export function endOf({ by, code, reason }: TransportClose): SessionEnd {
  if (by === "lost") {
    const error = new SessionError("session-lost", `The connection was lost${reason && `: ${reason}`}.`);
    return { reason: error.code, by: "network", error, resumable: true };
  }
  const end: SessionEnd = { reason: reason || "closed", by };
  if (by === "remote" && elsewhere.includes(code)) return { ...end, resumable: true };
  if (orderly.includes(code)) return end;
  return {
    ...end,
    error: new SessionError("session-closed", `The connection was closed with ${code} ${reason}`.trim()),
  };
}
