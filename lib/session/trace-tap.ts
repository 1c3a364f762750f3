import type { Transport } from "../transport/transport.ts";
import type { Session } from "./session.ts";

/** Sees a session from inside. Called in the session's own turns: it must neither throw nor wait. */
export interface SessionTap {
  /** Once, by the constructor of the session. */
  attach(session: Session): void;
  /** For every transport the session gets, before anybody listens to it. Returns what is used in its place. */
  transport(transport: Transport): Transport;
}
