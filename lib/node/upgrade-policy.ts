import { validateHeaderName, validateHeaderValue } from "node:http";
import { type Agreement, negotiateProfile, ProtocolError } from "../protocol/index.ts";
import type { ReadUpgrade, UpgradeRequest } from "./upgrade-request.ts";

/** Why upgrades were refused, in the order in which it is checked; `malformed` and `failed` wherever it shows. */
export const refusalCauses = [
  "path",
  "closing",
  "rate",
  "origin",
  "credentials",
  "profile",
  "full",
  "malformed",
  "failed",
] as const;
/** Why a connection was refused, as counted in the server's `stats`. */
export type RefusalCause = (typeof refusalCauses)[number];

export interface Refusal {
  readonly cause: RefusalCause;
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Admission {
  readonly agreement: Agreement;
  /** What `authorize` returned. */
  readonly identity: unknown;
}

/** `same-host`: pages served by the host that is dialled. A list: exact origins, or patterns. `*`: any page. */
export type AllowedOrigins = "same-host" | "*" | readonly (string | RegExp)[];

/** What `authorize` may throw to refuse a call with a status (300 to 599) and a message of its own. Throws itself for what HTTP cannot say. */
export class UpgradeRefusedError extends Error {
  override readonly name = "UpgradeRefusedError";
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    if (!Number.isInteger(status) || status < 300 || status > 599) {
      throw new RangeError(`A refusal has a status of 300 to 599, not ${status}.`);
    }
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  }
}

/** Anything but false, null and undefined lets the caller in and becomes `call.identity`. */
export type Authorize = (request: UpgradeRequest) => unknown;

/** Who may come in at all. */
export interface CallerPolicy {
  readonly allowedOrigins: AllowedOrigins;
  readonly authorize: Authorize | undefined;
  readonly authorizeTimeoutMs: number;
  /** Asked first, before anything that costs. */
  readonly turnAway: (request: UpgradeRequest) => Refusal | undefined;
}

export interface AdmissionPolicy extends CallerPolicy {
  readonly profiles: readonly string[];
}

/** Whether a page of `origin` may dial. No origin is no page: credentials alone decide. */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: AllowedOrigins,
): boolean {
  if (origin === undefined || allowed === "*") return true;
  if (allowed === "same-host") return URL.canParse(origin) && new URL(origin).host === host;
  return allowed.some((entry) => (typeof entry === "string" ? entry === origin : origin.search(entry) >= 0));
}

/** Everything that is checked before the upgrade, but for what is free only now: whether there is room. Never rejects: what `authorize` throws is a refusal with 500, and `onError` hears of it. */
export async function admit(
  upgrade: ReadUpgrade,
  policy: AdmissionPolicy,
  onError: (error: unknown) => void,
): Promise<Admission | Refusal> {
  const caller = await identify(upgrade, policy, onError);
  if ("cause" in caller) return caller;
  try {
    return { agreement: negotiateProfile(caller.offered, policy.profiles), identity: caller.identity };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { cause: "profile", status: 400, message: error.message };
  }
}

/** The part of it that says who dials; `offered` are the subprotocols, without the credential. */
export async function identify(
  upgrade: ReadUpgrade,
  policy: CallerPolicy,
  onError: (error: unknown) => void,
): Promise<{ readonly identity: unknown; readonly offered: readonly string[] } | Refusal> {
  const { request, host, offer } = upgrade;
  const turnedAway = policy.turnAway(request);
  if (turnedAway) return turnedAway;
  if (!isAllowedOrigin(request.origin, host, policy.allowedOrigins)) {
    return { cause: "origin", status: 403, message: "This origin may not call here." };
  }
  if (!offer) return { cause: "malformed", status: 400, message: "Sec-WebSocket-Protocol cannot be read." };
  let identity: unknown;
  try {
    identity = await limited(policy, request);
  } catch (error) {
    if (error instanceof UpgradeRefusedError) {
      const { status, message, headers } = error;
      return { cause: status === 404 ? "path" : "credentials", status, message, headers };
    }
    onError(error);
    return { cause: "failed", status: 500, message: "The credentials could not be checked." };
  }
  if (identity === false || identity === null || identity === undefined) {
    const headers = { "WWW-Authenticate": "Bearer" };
    return { cause: "credentials", status: 401, message: "Missing or wrong credentials.", headers };
  }
  return { identity, offered: offer.tokens };
}

async function limited({ authorize, authorizeTimeoutMs }: CallerPolicy, request: UpgradeRequest): Promise<unknown> {
  if (!authorize) return true;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`authorize took longer than ${authorizeTimeoutMs} ms`)),
      authorizeTimeoutMs,
    ).unref(); // the caller's connection keeps the process, and nothing does when the server has closed
  });
  try {
    return await Promise.race([authorize(request), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
