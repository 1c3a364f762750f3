import { MalformedError } from "../errors.ts";
import { fail, isObject, type JsonObject } from "../json.ts";
import { count, optional } from "../shape.ts";
import { type SignalData, type SignalType, signalData } from "./messages.ts";
import { readPlainData } from "./plain-form.ts";
import { id, maxSignalLength, textUpTo } from "./text.ts";

interface Addressed {
  /** Whom it is for. Not set in what the hub itself says. */
  readonly to?: string;
  /** Whom it is from. The hub sets it, whatever the client wrote. */
  readonly from?: string;
  /** The call it belongs to; chosen by the caller, unguessable. Missing in the plain older form. */
  readonly callId?: string;
  /** Number of the message on its way between this client and the hub, from 1. See `SignalOutbox`. */
  readonly seq?: number;
}

/** One message between a client and a hub. */
export type SignalMessage = {
  [T in SignalType]: Addressed & { readonly type: T; readonly data: SignalData<T> };
}[SignalType];

/** The message of this type, with its address. */
export type SignalMessageOf<T extends SignalType> = Extract<SignalMessage, { readonly type: T }>;

const optionalId = optional(id);
const optionalSeq = optional(count);

/**
 * Reads one message. Unknown fields are left out; of the plain older form (no `callId`) the payload is taken from wherever it was. Throws
 * `MalformedError`, never anything else: `protocol-size`, `protocol-json`, `protocol-kind` for a type that nobody knows (a client ignores those),
 * `protocol-field` … with the path.
 */
export function decodeSignal(text: string): SignalMessage {
  if (text.length > maxSignalLength)
    throw new MalformedError("protocol-size", "", `at most ${maxSignalLength} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedError("protocol-json", "", "JSON", undefined, { cause });
  }
  if (!isObject(value)) throw new MalformedError("protocol-json", "", "an object");
  return read(value);
}

function read(message: JsonObject): SignalMessage {
  const type = textUpTo(64).decode(message.type, "type");
  if (!Object.hasOwn(signalData, type)) throw new MalformedError("protocol-kind", "type", "a known type");
  const known = type as SignalType;
  const to = optionalId.decode(message.to, "to");
  const from = optionalId.decode(message.from, "from");
  const callId = optionalId.decode(message.callId, "callId");
  const seq = optionalSeq.decode(message.seq, "seq");
  const given = callId === undefined ? readPlainData(known, message) : message.data;
  if (given === undefined && known === "candidate") fail("data", "a candidate, or null", given);
  const data = signalData[known].decode(given, "data");
  return {
    type: known,
    ...(seq !== undefined && { seq }),
    ...(to !== undefined && { to }),
    ...(from !== undefined && { from }),
    ...(callId !== undefined && { callId }),
    data,
  } as SignalMessage;
}

/** Writes one message as one line of JSON, in one order of fields. Throws `MalformedError` for what `decodeSignal` would refuse. */
export function encodeSignal(message: SignalMessage): string {
  const { type, seq, to, from, callId } = message;
  if (!Object.hasOwn(signalData, type)) throw new MalformedError("protocol-kind", "type", "a known type");
  const data = (signalData[type] as { encode(value: unknown, path: string): string }).encode(message.data, "data");
  const fields = [
    seq === undefined ? "" : `"seq":${count.encode(seq, "seq")},`,
    to === undefined ? "" : `"to":${id.encode(to, "to")},`,
    from === undefined ? "" : `"from":${id.encode(from, "from")},`,
    callId === undefined ? "" : `"callId":${id.encode(callId, "callId")},`,
  ];
  const text = `{"type":"${type}",${fields.join("")}"data":${data}}`;
  if (text.length <= maxSignalLength) return text;
  throw new MalformedError("protocol-size", "", `at most ${maxSignalLength} characters`);
}
