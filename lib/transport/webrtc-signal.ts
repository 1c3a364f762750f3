import { exceedsBytes } from "./limits.ts";
import { type Transport, TransportError } from "./transport.ts";

/**
 * What two transports say to each other before there is a session over WebRTC: one offer, one answer or refusal, in the classic
 * envelope. Session descriptions carry network addresses and keys: no error and no log ever quotes them.
 */
export const webRtcProfile = "rtvbp.webrtc.v1";

/** Closes it, and throws `TransportError`, where a profile was agreed on whose sound no WebSocket carries; `instead` would. */
export function assertCarriesSound(transport: Transport, instead: string): Transport {
  if (transport.profile !== webRtcProfile) return transport;
  void transport.close();
  const message = `The server took ${webRtcProfile}, whose sound no WebSocket carries: use ${instead}, or do not offer it.`;
  throw new TransportError("transport-profile", message, true);
}

/** Operations that transports keep for themselves, whatever the catalog. */
const reservedPrefix = "transport.";
const offerMethod = "transport.webrtc.offer";
const offerId = "transport-1";

export const maxSdpBytes = 1 << 19;
const maxSignalBytes = 1 << 20;

const version = "1";

export interface Offer {
  /** To be answered with. */
  readonly id: string;
  readonly sdp: string;
}

/** What the peer sent, or we were about to send, is not what has to come now. `id`: of the request that can still be refused. */
export class SignalError extends TransportError {
  constructor(
    message: string,
    readonly id?: string,
  ) {
    super("transport-media", message, true);
  }
}

export function encodeOffer(sdp: string): string {
  return bounded(JSON.stringify({ version, id: offerId, method: offerMethod, params: { sdp: checked(sdp) } }));
}

/** Throws `SignalError`. */
export function decodeOffer(text: string): Offer {
  const { id, event, method, params } = parse(text);
  const known = !event && method && typeof id === "string" && id !== "" ? id : undefined;
  if (method !== offerMethod || known === undefined) {
    throw new SignalError(`The first message has to be ${offerMethod}.`, known);
  }
  return { id: known, sdp: checked((params as { sdp?: unknown } | undefined)?.sdp, known) };
}

export function encodeAnswer(id: string, sdp: string): string {
  return bounded(JSON.stringify({ version, response: id, result: { sdp: checked(sdp) } }));
}

export function encodeRefusal(id: string, code: number, message: string): string {
  return JSON.stringify({ version, response: id, error: { code, message } });
}

/** The answer to our offer. Throws `SignalError`: for a refusal, too. */
export function decodeAnswer(text: string): string {
  const { event, method, response, result, error } = parse(text);
  if (event || method || response !== offerId) {
    throw new SignalError("The first message is not the answer to the offer.");
  }
  if (error !== undefined && error !== null) throw new SignalError(`The offer was refused: ${refusalText(error)}.`);
  return checked((result as { sdp?: unknown } | undefined | null)?.sdp);
}

/** Whether a message of a running session is a request that transports keep for themselves; `id` answers it. */
export function reservedRequest(text: string): { readonly id: string } | undefined {
  if (!text.includes(reservedPrefix)) return undefined;
  let frame: Frame;
  try {
    frame = parse(text);
  } catch {
    return undefined; // the session knows what to do about it
  }
  const { id, event, method } = frame;
  if (event || typeof method !== "string" || !method.startsWith(reservedPrefix)) return undefined;
  return { id: typeof id === "string" ? id : "" };
}

interface Frame {
  readonly id?: unknown;
  readonly event?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly response?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

function parse(text: string): Frame {
  if (exceedsBytes(text, maxSignalBytes))
    throw new SignalError(`A signalling message is longer than ${maxSignalBytes} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // what the parser says quotes the text
  }
  if (typeof value !== "object" || value === null || (value as { version?: unknown }).version !== version) {
    throw new SignalError("A signalling message is not in the classic envelope.");
  }
  return value;
}

function bounded(text: string): string {
  if (exceedsBytes(text, maxSignalBytes))
    throw new SignalError(`A signalling message is longer than ${maxSignalBytes} bytes.`);
  return text;
}

function checked(sdp: unknown, id?: string): string {
  if (typeof sdp !== "string" || sdp === "") throw new SignalError("There is no session description.", id);
  if (exceedsBytes(sdp, maxSdpBytes))
    throw new SignalError(`The session description is longer than ${maxSdpBytes} bytes.`, id);
  return sdp;
}

/** As far as it may be shown: a peer could quote what it was sent. */
function refusalText(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const said = typeof message === "string" ? message : "";
  const quotes = /[\r\n]|\b[a-z]=/.test(said);
  return `${typeof code === "number" ? code : "unknown"} ${quotes ? "" : said.slice(0, 100)}`.trim();
}
