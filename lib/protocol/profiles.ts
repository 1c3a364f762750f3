import { bearerSubprotocol, isBearer, parseBearer } from "./bearer.ts";
import { classicV1, type Envelope } from "./envelope.ts";
import { ProtocolError } from "./errors.ts";
import type { Catalog } from "./message.ts";
import { babelforceV1 } from "./table.ts";

/**
 * A WebSocket subprotocol token and all that it means. A token never changes its meaning: a new combination gets a new
 * token.
 */
export interface Profile {
  readonly token: string;
  readonly envelope: Envelope;
  readonly catalog: Catalog;
  /** Who carries the media: `websocket` binary messages, a `webrtc` track, … */
  readonly transport: "websocket" | "webrtc";
  /** `raw`: encoded samples and nothing else, L16 little-endian. `rtp`: RFC 3550. */
  readonly media: "raw" | "rtp";
  /** Identifiers of the codecs that sessions of this project agree on with it, preferred first. */
  readonly codecs: readonly string[];
}

const rawCodecs = [
  "L16/16000/1",
  "L16/24000/1",
  "L16/8000/1",
  "L16/48000/1",
  "G722/16000/1",
  "PCMU/8000/1",
  "PCMA/8000/1",
];

/** In the order an accepting side prefers them. */
export const profiles: readonly Profile[] = [
  {
    token: "rtvbp.v1",
    envelope: classicV1,
    catalog: babelforceV1,
    transport: "websocket",
    media: "raw",
    codecs: rawCodecs,
  },
  {
    token: "rtvbp.webrtc.v1",
    envelope: classicV1,
    catalog: babelforceV1,
    transport: "webrtc",
    media: "rtp",
    codecs: ["L16/8000/1"], // what sessions agree on; the track carries it as PCMU/8000
  },
];

/** What is spoken where the client names nothing. */
export const defaultProfile = "rtvbp.v1";

/** The profile of a token; undefined where this library does not speak it. */
export const findProfile = (token: string): Profile | undefined => profiles.find((profile) => profile.token === token);

const refuse = (message: string): never => {
  throw new ProtocolError(message, { code: "protocol-profile", status: 400 });
};

// RFC 9110 §5.6.2.
const tokenText = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** What a client puts into `Sec-WebSocket-Protocol`. */
export function offerSubprotocols(tokens: readonly string[] = [defaultProfile], bearer?: string): string[] {
  for (const token of tokens) if (!findProfile(token)) refuse(`Unknown profile "${token}".`);
  return bearer === undefined ? [...tokens] : [...tokens, bearerSubprotocol(bearer)];
}

/** What a client put into `Sec-WebSocket-Protocol`. */
export interface Offer {
  /** Profile tokens, in the client's order; empty where there was no header, or only a credential in it. */
  readonly tokens: readonly string[];
  readonly bearer: string | undefined;
}

/** Reads `Sec-WebSocket-Protocol`. Throws `ProtocolError` `protocol-profile` or `protocol-bearer`. */
export function parseSubprotocols(header: string | undefined): Offer {
  const offered = header === undefined ? [] : header.split(",").map((token) => token.trim());
  for (const token of offered) if (!tokenText.test(token)) refuse("Sec-WebSocket-Protocol is not a list of tokens.");
  const bearers = offered.filter(isBearer);
  if (bearers.length > 1)
    throw new ProtocolError("More than one bearer subprotocol.", { code: "protocol-bearer", status: 400 });
  return { tokens: offered.filter((token) => !isBearer(token)), bearer: bearers[0] && parseBearer(bearers[0]) };
}

/** The profile that both sides speak. */
export interface Agreement {
  readonly profile: Profile;
  /** What the server echoes; undefined where the client offered no profile. */
  readonly echo: string | undefined;
}

/**
 * The accepting side's choice: the first of its own `accepted` tokens that was offered. Nothing offered means
 * `rtvbp.v1`, and nothing is echoed. Throws `ProtocolError` `protocol-profile` where there is no common token: refuse
 * the upgrade (HTTP 400).
 */
export function negotiateProfile(
  offered: readonly string[],
  accepted: readonly string[] = profiles.map(({ token }) => token),
): Agreement {
  const wanted = offered.length === 0 ? [defaultProfile] : offered;
  const token = accepted.find((candidate) => wanted.includes(candidate));
  const profile =
    findProfile(token ?? "") ?? refuse(`No supported profile offered. Supported: ${accepted.join(", ")}.`);
  return { profile, echo: offered.length === 0 ? undefined : profile.token };
}
