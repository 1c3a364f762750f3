/** Where a call was when its connection ended. */
export interface Whereabouts {
  /** Of the session that the new one is to resume. */
  readonly sessionId: string;
  /** The address, without its query, which may hold a credential. */
  readonly src: string | undefined;
  readonly application: string;
  /** The application moved the call there: the page's own address leads elsewhere. */
  readonly moved: boolean;
}

/** What a page leaves behind for itself when it is loaded again in the middle of a call. No credential, and nothing of the conversation. */
export interface ResumeToken extends Whereabouts {
  readonly callId: string;
  readonly muted: boolean;
  /** Keys pressed so far. */
  readonly presses: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const key = "voicebridge.resume";

/** How long a page may take to load again. */
const VALID_MS = 30_000;

/** Throws where the browser forbids it. */
const storage = (): Storage | undefined => (globalThis as { sessionStorage?: Storage }).sessionStorage;

/** One per tab: the newest. */
export function leaveToken(token: Omit<ResumeToken, "expiresAt">): void {
  try {
    storage()?.setItem(key, JSON.stringify({ ...token, expiresAt: Date.now() + VALID_MS }));
  } catch {
    // Full, or forbidden: the call ends with the page, as it would without.
  }
}

/** Undefined where there is none that is still good. `take`: it cannot be found again. */
export function findToken(take?: "take"): ResumeToken | undefined {
  try {
    const token = JSON.parse(storage()?.getItem(key) ?? "null") as ResumeToken | null;
    if (take) storage()?.removeItem(key);
    const good = typeof token?.callId === "string" && typeof token.sessionId === "string";
    return good && token.expiresAt > Date.now() ? token : undefined;
  } catch {
    return undefined;
  }
}
