/** What became of a session, or of one of its requests. */
export type SessionErrorCode =
  /** A request was not answered in time, or the session was not initialized in time. */
  | "session-timeout"
  /** The caller's AbortSignal. */
  | "session-aborted"
  /** The session ended, or is ending. */
  | "session-closed"
  /** The connection died. */
  | "session-lost"
  /** Too many messages in a row that could not be read. */
  | "session-malformed"
  /** The peer sends faster than handlers finish. */
  | "session-overload"
  /** Not possible in this state: a mistake in the calling code. */
  | "session-state"
  /** Not for this role to send or to handle: a mistake in the calling code. */
  | "session-role";

/** What a session could not do. `fatal` is true where trying again cannot help. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly fatal: boolean;

  constructor(
    readonly code: SessionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.fatal = code === "session-state" || code === "session-role" || code === "session-malformed";
  }
}
