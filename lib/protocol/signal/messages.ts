import { fail } from "../json.ts";
import { integer, list, map, nullable, number, object, oneOf, optional, type Shape, type Static } from "../shape.ts";
import { id, textUpTo } from "./text.ts";

const name = textUpTo(256);
const reason = textUpTo(256);
const sdp = textUpTo(49_152);

const boolean: Shape<boolean> = {
  decode: (value, path) => (typeof value === "boolean" ? value : fail(path, "true or false", value)),
  encode: (value, path) => JSON.stringify(boolean.decode(value, path)),
};

/** RTCIceCandidateInit. */
const candidate = object({
  candidate: textUpTo(2048),
  sdpMid: optional(nullable(textUpTo(64))),
  sdpMLineIndex: optional(nullable(integer)),
  usernameFragment: optional(nullable(textUpTo(256))),
});

/** RTCIceServer. */
const iceServer = object({
  urls: list(textUpTo(1024)),
  username: optional(textUpTo(1024)),
  credential: optional(textUpTo(1024)),
});

/** How a client can be reached; it says so itself, and the hub hands it on. */
export type PresenceStatus = "available" | "busy" | "do-not-disturb" | "away";
const statuses = ["available", "busy", "do-not-disturb", "away"] as const;

/**
 * What every message carries under `data`, by its type. Where no field is required, `data` may be missing. The first group goes from client to
 * client through the hub, the second between one client and the hub.
 */
export const signalData = {
  /** Rings at `to`, until accepted, rejected, cancelled (`hangup`) or timed out. `replaces`: the call that it takes the place of (attended transfer). */
  "call-request": object({
    media: optional(oneOf("audio")),
    displayName: optional(name),
    metadata: optional(map),
    replaces: optional(id),
    codecs: optional(list(textUpTo(64))),
  }),
  /** `position`: it waits in a queue, from 1. */
  "call-ringing": object({ position: optional(integer) }),
  "call-accept": object({ displayName: optional(name) }),
  /** `code`: busy, declined, unavailable, timeout, do-not-disturb, or one of the applications'. */
  "call-reject": object({ code: textUpTo(64), reason: optional(reason) }),
  offer: object({ sdp }),
  answer: object({ sdp }),
  /** Null: there are no more. */
  candidate: nullable(candidate),
  hangup: object({ reason: optional(reason) }),
  /** `transfer`: who says it stays, though it was asked to go. */
  hold: object({ held: boolean, transfer: optional(oneOf("refused")) }),
  /** `audible`: they are heard as well, since they ride with the sound. */
  dtmf: object({ digits: textUpTo(64), audible: optional(boolean) }),
  /** To the caller, from who was called or from the hub: this call has ended; call `target` instead. */
  "call-redirect": object({ target: id, reason: optional(reason) }),
  /** To the other side of a call: call `target`, then leave this call. `replaces`: the call at `target` that the new one takes over. */
  "call-transfer": object({ target: id, replaces: optional(id) }),
  /**
   * In a call that is on. `leaving`: the page of `from` is about to be loaded again, and the other side waits for it. Else it is there (again): the
   * other side says the same, and both connect anew; what was signalled before counts no more.
   */
  "call-resume": object({ leaving: optional(boolean) }),

  /** Client to hub: how I can be reached. Hub to clients: how `from` can be; `offline` when it is gone. */
  presence: object({ status: oneOf(...statuses, "offline"), displayName: optional(name) }),
  /**
   * Hub to client: several at once. `whole`, after `welcome` and `presence-subscribe`: who is neither in it nor in one that follows is not here, as far
   * as this client is told. Else what has changed.
   */
  "presence-list": object({
    clients: list(object({ id, status: oneOf(...statuses, "offline"), displayName: optional(name) })),
    whole: optional(boolean),
  }),
  /** Client to hub: tell me of these and of nobody else, from now on. `presence-list` is the answer. */
  "presence-subscribe": object({ ids: list(id) }),
  "ice-servers-request": object({}),
  /** For `ttlSeconds`; ask again then. */
  "ice-servers-response": object({ iceServers: list(iceServer), ttlSeconds: number }),
  /**
   * The hub's first message on every connection. `resumed`: the calls from before were kept, and what was missed follows. `received`: the last
   * `seq` of this client that the hub has seen; send what came after it again.
   */
  welcome: object({
    id,
    resumeToken: textUpTo(256),
    ringTimeoutMs: number,
    graceMs: number,
    resumed: boolean,
    received: number,
  }),
  /** Of the hub, about the call `callId` where it is set. */
  error: object({
    code: oneOf("unavailable", "busy", "duplicate-id", "rate-limited", "bad-request"),
    message: textUpTo(512),
  }),
} as const;

/** The `type` of every message between a client and a hub. */
export type SignalType = keyof typeof signalData;
/** The `data` of a message of this type. */
export type SignalData<T extends SignalType> = Static<(typeof signalData)[T]>;
/** What a hub refuses, or cannot do. */
export type SignalErrorCode = SignalData<"error">["code"];
/** Why a call was rejected, for the caller. Any other word may come from other clients. */
export type RejectCode = "busy" | "declined" | "unavailable" | "timeout" | "do-not-disturb" | (string & {});

/** Between one client and the hub; everything else goes from client to client. */
const withHub: readonly SignalType[] = [
  "presence",
  "presence-list",
  "presence-subscribe",
  "ice-servers-request",
  "ice-servers-response",
  "welcome",
  "error",
];

/** Types of messages between one client and the hub itself. */
export type HubType =
  | "presence"
  | "presence-list"
  | "presence-subscribe"
  | "ice-servers-request"
  | "ice-servers-response"
  | "welcome"
  | "error";
/** What the hub hands from one client to another. */
export type RelayedType = Exclude<SignalType, HubType>;

/** Whether the hub hands messages of this type from one client to another. */
export const isRelayed = (type: SignalType): type is RelayedType => !withHub.includes(type);

/** The types of the plain older form, in which no message has a `callId`. */
export const plainTypes = [
  "call-request",
  "call-accept",
  "call-reject",
  "offer",
  "answer",
  "candidate",
  "hangup",
] as const satisfies readonly RelayedType[];
/** The type of a message of the plain older form. */
export type PlainType = (typeof plainTypes)[number];

/** Whether the plain older form has messages of this type. */
export const isPlainType = (type: SignalType): type is PlainType => plainTypes.includes(type as PlainType);
