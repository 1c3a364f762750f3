/** Errors of other rooms carry a `code`, and may say what to do and whether going on is possible. */
interface CodedError {
  readonly code: string;
  readonly message: string;
  readonly action?: string;
  readonly fatal?: boolean;
}

const actions: Readonly<Record<string, string>> = {
  "transport-unreachable": "Check the network connection and call again.",
  "transport-timeout": "The other side did not answer in time. Call again.",
  "transport-refused":
    "Check the address, the credentials, and that the server allows this page's origin. For a server that knows no subprotocols, set profiles to none.",
  "transport-profile": "Check the address. For a server that knows no subprotocols, set profiles to none.",
  "transport-media": "The network lets no sound through, or the server speaks no WebRTC. Try another network.",
  "transport-closed": "The connection was lost. Call again.",
  "transport-url": "Set src to a ws:// or wss:// address.",
};

/** What a call fails with: a code to branch on, a sentence for the person, and what to do. */
export class VoiceError extends Error {
  override readonly name = "VoiceError";

  constructor(
    /** `media-*`, `csp-*`, `transport-*`, `protocol-*`, `session-*`, `remote-*`, `core-*`. */
    readonly code: string,
    message: string,
    /** What to do about it, one sentence. */
    readonly action: string,
    /** False where the same call may work when it is tried again. */
    readonly fatal = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Translates whatever the rooms below threw. Keeps the original as `cause`. */
  static from(error: unknown): VoiceError {
    if (error instanceof VoiceError) return error;
    if (isCoded(error)) {
      const action =
        error.action ?? actions[error.code] ?? "Call again; if it happens again, tell the site's owner the code.";
      return new VoiceError(error.code, error.message, action, error.fatal ?? false, { cause: error });
    }
    const message = error instanceof Error ? error.message : String(error);
    return new VoiceError("internal", message, "Call again; if it happens again, report it.", true, { cause: error });
  }
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && typeof (error as Partial<CodedError>).code === "string";
}
