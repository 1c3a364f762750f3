import { createHmac } from "node:crypto";
import type { SignalData } from "../../protocol/index.ts";

/** A TURN server that shares a secret with this hub (coturn: `use-auth-secret`, `static-auth-secret`). */
export interface TurnOptions {
  /** `turn:turn.example.org:3478?transport=udp`, `turns:…:443?transport=tcp`, … */
  readonly urls: readonly string[];
  readonly secret: string;
  /** For how long credentials are good. A relay that is in use stays so. Default 3600. */
  readonly ttlSeconds?: number;
}

/** A STUN or TURN server as the hub tells it to clients. */
export type SignalIceServer = SignalData<"ice-servers-response">["iceServers"][number];

/**
 * Time-limited credentials (draft-uberti-behave-turn-rest-00 §2.2): the user name says until when and for whom, the password is its HMAC-SHA1
 * under the shared secret, in Base64.
 */
export function turnCredentials(
  { urls, secret, ttlSeconds = 3600 }: TurnOptions,
  user: string,
  nowMs: number,
): SignalIceServer {
  const username = `${Math.floor(nowMs / 1000) + ttlSeconds}:${user}`;
  return { urls, username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}
