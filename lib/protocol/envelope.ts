import { MalformedError } from "./errors.ts";
import { fail, isObject, isText, type JsonObject, jsonText } from "./json.ts";
import { json, nonEmpty, nonZero, object, optional, type Static } from "./shape.ts";

/** The error of a response. `any` is what the wire calls its extra data. */
export const wireError = object({ code: nonZero, message: nonEmpty, any: optional(json) });
/** The error of an answer, as it stands on the wire. */
export type WireError = Static<typeof wireError>;

/** One message, with its payload as it came: a missing payload, null and `{}` are three different things. */
export type Frame =
  | { readonly kind: "request"; readonly id: string; readonly method: string; readonly params?: unknown }
  | { readonly kind: "event"; readonly id: string; readonly event: string; readonly data?: unknown }
  | { readonly kind: "result"; readonly response: string; readonly result?: unknown }
  | { readonly kind: "error"; readonly response: string; readonly error: WireError };

/** How messages are written as text. Payloads are handed over as JSON text; undefined leaves the field out. */
export interface Envelope {
  readonly name: string;
  /** Throws `MalformedError`; never anything else, whatever the text. */
  decode(text: string): Frame;
  request(id: string, method: string, params?: string): string;
  event(id: string, event: string, data?: string): string;
  result(response: string, result?: string): string;
  error(response: string, error: WireError): string;
}

/** Characters of one message; beyond this it is refused unread. */
export const maxTextLength = 1 << 20;

function parse(text: string): JsonObject {
  if (text.length > maxTextLength) throw new MalformedError("protocol-size", "", `at most ${maxTextLength} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedError("protocol-json", "", "JSON", undefined, { cause });
  }
  if (isObject(value)) return value;
  throw new MalformedError("protocol-json", "", "an object");
}

/** Which of event, method and response a message is: the first that holds a non-empty string. */
function kindOf(message: JsonObject): "event" | "method" | "response" {
  const kinds = ["event", "method", "response"] as const;
  const kind = kinds.find((name) => isText(message[name]) && message[name] !== "");
  if (kind) return kind;
  const wrong = kinds.find((name) => message[name] !== undefined);
  if (wrong) fail(wrong, "a non-empty string", message[wrong]);
  throw new MalformedError("protocol-kind", "", "one of event, method, response");
}

function read(message: JsonObject): Frame {
  const version = message.version;
  if (version !== "1") throw new MalformedError("protocol-version", "version", '"1"');
  const kind = kindOf(message);
  const name = message[kind] as string;
  const payload = <K extends string>(key: K): { [P in K]?: unknown } =>
    (Object.hasOwn(message, key) ? { [key]: message[key] } : {}) as { [P in K]?: unknown };
  if (kind === "response") {
    const error = message.error;
    if (error != null) return { kind: "error", response: name, error: wireError.decode(error, "error") };
    return { kind: "result", response: name, ...payload("result") };
  }
  const id = nonEmpty.decode(message.id, "id");
  if (kind === "event") return { kind: "event", id, event: name, ...payload("data") };
  return { kind: "request", id, method: name, ...payload("params") };
}

function write(kind: "request" | "event", id: string, name: string, payload: string | undefined): string {
  const [key, data] = kind === "request" ? ["method", "params"] : ["event", "data"];
  const head = `{"version":"1","id":${nonEmpty.encode(id, "id")},"${key}":${nonEmpty.encode(name, key)}`;
  return payload === undefined ? `${head}}` : `${head},"${data}":${payload}}`;
}

const respond = (response: string, rest: string): string =>
  `{"version":"1","response":${nonEmpty.encode(response, "response")}${rest}}`;

/** The envelope of the deployed peers: one flat JSON object a message, its fields in frozen order. */
export const classicV1: Envelope = {
  name: "classic.v1",
  decode(text) {
    const message = parse(text);
    try {
      return read(message);
    } catch (error) {
      const { event, method, id } = message;
      if (error instanceof MalformedError && !event && method && isText(id) && id !== "") error.requestId = id;
      throw error;
    }
  },
  request: (id, method, params) => write("request", id, method, params),
  event: (id, event, data) => write("event", id, event, data),
  result: (response, result) => respond(response, result === undefined ? "" : `,"result":${result}`),
  error: (response, error) => respond(response, `,"error":${wireError.encode(error, "error")}`),
};

/** Writes a whole frame with open payloads (tools, traces, tests; sessions write payloads by the catalog). */
export function encodeFrame(frame: Frame, envelope: Envelope = classicV1): string {
  const text = (key: string): string | undefined => {
    const payload = (frame as unknown as JsonObject)[key];
    return payload === undefined ? undefined : jsonText(payload, key);
  };
  switch (frame.kind) {
    case "request":
      return envelope.request(frame.id, frame.method, text("params"));
    case "event":
      return envelope.event(frame.id, frame.event, text("data"));
    case "result":
      return envelope.result(frame.response, text("result"));
    case "error":
      return envelope.error(frame.response, frame.error);
  }
}
