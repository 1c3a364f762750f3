/** What is wrong with a message, or with what the two sides agreed on. */
export type ProtocolErrorCode =
  /** Not JSON, or not an object. */
  | "protocol-json"
  /** Longer than `maxTextLength`. */
  | "protocol-size"
  /** Nested deeper than `maxDepth`. */
  | "protocol-depth"
  | "protocol-version"
  /** Neither event, method nor response. */
  | "protocol-kind"
  /** A field is missing or has the wrong type or value. */
  | "protocol-field"
  /** A number that a double cannot hold exactly, or not finite. */
  | "protocol-number"
  /** A string with half of a surrogate pair. */
  | "protocol-text"
  /** A codec nobody offered, or an identifier nobody knows. */
  | "protocol-codec"
  /** No common subprotocol token, or an offer that is not a list of tokens. */
  | "protocol-profile"
  /** A `bearer.` token that cannot be read. */
  | "protocol-bearer"
  /** What a handler throws to refuse a request. */
  | "protocol-refused"
  /** The peer answered a request with an error. */
  | "remote-error";

/** Codes in use on the wire. */
export const wireStatus = { unknown: -1, badRequest: 400, internal: 500, notImplemented: 501 } as const;

/** Of `ProtocolError`: what the peer is told about it. */
export interface ProtocolErrorOptions extends ErrorOptions {
  readonly code?: ProtocolErrorCode;
  /** The `code` of the error on the wire; never 0. Default 500. */
  readonly status?: number;
  /** Extra data for the peer: `any` on the wire. JSON. */
  readonly data?: unknown;
}

/**
 * Base of everything this room throws. Thrown by a request handler, it becomes the answer: `status`, `message` and
 * `data` go to the peer as they are. None is fatal to a session.
 */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  readonly code: ProtocolErrorCode;
  readonly status: number;
  readonly data: unknown;
  readonly fatal: boolean = false;

  constructor(message: string, options: ProtocolErrorOptions = {}) {
    super(message, options);
    this.code = options.code ?? "protocol-refused";
    this.status = options.status ?? wireStatus.internal;
    this.data = options.data;
  }
}

/**
 * Something that does not mean what the protocol says it must. Never carries the offending value, only where it is and
 * its type.
 */
export class MalformedError extends ProtocolError {
  override readonly name: string = "MalformedError";
  /** Identifier of the request that carried it, where that much could be read: it can be answered. */
  requestId: string | undefined;

  constructor(
    code: ProtocolErrorCode,
    /** Path to the field, such as `params.call.from` or `result.audio_codec`; empty for the message as a whole. */
    readonly path: string,
    /** What should be there, in words. */
    readonly expected: string,
    found?: string,
    options?: ErrorOptions,
  ) {
    const where = path || "message";
    super(`${where}: expected ${expected}${found ? `, found ${found}` : ""}`, {
      ...options,
      code,
      status: wireStatus.badRequest,
      data: { expected, path },
    });
  }
}

/** The peer refused or failed a request of ours. `status`, `message` and `data` are the peer's. */
export class RemoteError extends ProtocolError {
  override readonly name: string = "RemoteError";

  constructor(
    readonly method: string,
    error: { readonly code: number; readonly message: string; readonly any?: unknown },
  ) {
    super(error.message, { code: "remote-error", status: error.code, data: error.any });
  }
}

/** Refuses a request the way an unknown method is refused. */
export const notImplemented = (message: string): ProtocolError =>
  new ProtocolError(message, { status: wireStatus.notImplemented });
