import type { CryptoKey, JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { checkOptions, OptionError, rules } from "./check-options.ts";
import { loadPeer } from "./load-peer.ts";
import type { Authorize } from "./upgrade-policy.ts";

/** A JSON Web Key (RFC 7517). */
export type Jwk = Readonly<Record<string, unknown>>;

/** Of `jwtAuthorize`: whose tokens are taken (`publicKey` or `jwks`), and what they have to say. */
export interface JwtOptions {
  /** The one public key of the issuer: PEM (`-----BEGIN PUBLIC KEY-----`) or a JWK. For one algorithm, which is then to be named. */
  readonly publicKey?: string | Jwk;
  /** Keys of the issuer: their address (fetched when needed and kept; HTTPS, or HTTP on loopback), or the set itself. */
  readonly jwks?: string | URL | { readonly keys: readonly Jwk[] };
  /** Default RS256 and ES256. Symmetric algorithms are not taken. */
  readonly algorithms?: readonly string[];
  /** Of whom tokens must be (`iss`). */
  readonly issuer?: string | readonly string[];
  /** For whom tokens must be (`aud`). */
  readonly audience?: string | readonly string[];
  /** Claims that must be there. Default: `exp`. */
  readonly requiredClaims?: readonly string[];
  /** How far clocks may differ. Default 5 s. */
  readonly clockToleranceSeconds?: number;
  /** The last word, after the signature and the claims were found good: what it returns is `call.identity`. Default: the claims. */
  readonly identify?: (claims: JwtClaims) => unknown;
  /** Told why a token was not taken: the `code` of jose's error. Callers are not told. */
  readonly onRefused?: (code: string) => void;
}

/** What a token says (RFC 7519 §4), as verified. */
export type JwtClaims = Readonly<Record<string, unknown>> & {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | string[];
  readonly exp?: number;
};

const optionRules = {
  algorithms: rules.texts,
  requiredClaims: rules.texts,
  clockToleranceSeconds: rules.amount,
  identify: rules.callback,
  onRefused: rules.callback,
} as const;
const defaultAlgorithms = ["RS256", "ES256"] as const;
/** The issuer could not be asked for its keys: that is no verdict on the token. */
const undecided: readonly string[] = ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"];

/**
 * Lets in who brings a signed bearer token (JWT, RFC 7519), by whichever carrier: `createVoiceServer({ authorize: await jwtAuthorize(…) })`. Needs
 * the package `jose`. Rejects with `PeerDependencyError` where that is missing, and with `OptionError` where the key cannot be used.
 */
export async function jwtAuthorize(options: JwtOptions): Promise<Authorize> {
  checkOptions("jwtAuthorize", options, optionRules);
  const jose = await loadPeer("jose", "jwtAuthorize", () => import("jose"));
  const { algorithms = defaultAlgorithms, requiredClaims = ["exp"], clockToleranceSeconds = 5 } = options;
  const { identify = (claims: JwtClaims): unknown => claims, onRefused } = options;
  for (const algorithm of algorithms) {
    if (/^(HS|none)/i.test(algorithm))
      throw new OptionError("algorithms", `${algorithm} is no algorithm with a public key.`);
  }
  const key = await keyOf(options, algorithms, jose);
  const rules: JWTVerifyOptions = {
    algorithms: [...algorithms],
    requiredClaims: [...requiredClaims],
    clockTolerance: clockToleranceSeconds,
    ...(options.issuer !== undefined && { issuer: list(options.issuer) }),
    ...(options.audience !== undefined && { audience: list(options.audience) }),
  };
  return async ({ token }) => {
    if (token === undefined) return undefined;
    let claims: JWTPayload;
    try {
      const verified =
        typeof key === "function" ? jose.jwtVerify(token, key, rules) : jose.jwtVerify(token, key, rules);
      claims = (await verified).payload;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (!(error instanceof jose.errors.JOSEError) || undecided.includes(error.code)) throw error; // answered with 500
      onRefused?.(String(code));
      return undefined;
    }
    return identify(claims as JwtClaims);
  };
}

async function keyOf(
  { publicKey, jwks }: JwtOptions,
  algorithms: readonly string[],
  jose: typeof import("jose"),
): Promise<CryptoKey | JWTVerifyGetKey> {
  if ((publicKey === undefined) === (jwks === undefined))
    throw new OptionError("publicKey", "Give a publicKey or a jwks, and one only.");
  if (jwks !== undefined) {
    if (typeof jwks !== "string" && !(jwks instanceof URL)) {
      try {
        return jose.createLocalJWKSet(jwks as unknown as JSONWebKeySet);
      } catch (cause) {
        throw new OptionError("jwks", "jwks is not a set of keys: { keys: [ … ] }.", { cause });
      }
    }
    if (!URL.canParse(`${jwks}`)) throw new OptionError("jwks", `jwks is an address or a set of keys, not "${jwks}".`);
    const url = new URL(jwks);
    if (url.protocol !== "https:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
      throw new OptionError("jwks", "Keys are fetched over HTTPS, or over HTTP from this machine.");
    }
    return jose.createRemoteJWKSet(url);
  }
  const [algorithm = "", ...others] = algorithms;
  if (others.length > 0)
    throw new OptionError("algorithms", 'A publicKey is for one algorithm: name it, as in algorithms: ["ES256"].');
  let key: CryptoKey | Uint8Array;
  try {
    key = await (typeof publicKey === "string"
      ? jose.importSPKI(publicKey, algorithm)
      : jose.importJWK(publicKey as never, algorithm));
  } catch (cause) {
    throw new OptionError("publicKey", `The publicKey is not a public key for ${algorithm}.`, { cause });
  }
  if ("type" in key && key.type === "public") return key;
  throw new OptionError(
    "publicKey",
    "The publicKey is a secret or a private key: keep it where it is, and give the public one.",
  );
}

function list(value: string | readonly string[]): string[] {
  return typeof value === "string" ? [value] : [...value];
}
