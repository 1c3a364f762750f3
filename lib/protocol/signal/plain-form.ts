import { isObject, type JsonObject } from "../json.ts";
import { isPlainType, type SignalType } from "./messages.ts";

/**
 * The plain older form: `{type, to, from, data}` without `callId`, where `data` may be a bare string, an RTCSessionDescription or an
 * RTCIceCandidate, may be missing, or may stand beside `type` under the name of what it is (`offer`, `answer`, `sdp`, `candidate`, `reason`).
 * Everything here turns that into the `data` of today, and back.
 */
export function readPlainData(type: SignalType, message: JsonObject): unknown {
  if (!isPlainType(type)) return message.data;
  const { data } = message;
  switch (type) {
    case "offer":
    case "answer":
      return description(data ?? message[type] ?? message.sdp);
    case "candidate":
      return iceCandidate(data === undefined ? message.candidate : data);
    case "call-reject":
      return { code: "declined", ...reasonOf(data ?? message.reason) };
    case "hangup":
      return reasonOf(data ?? message.reason);
    case "call-request":
    case "call-accept":
      return isObject(data) ? data : {};
  }
}

/** A session description in whichever clothes: its text, `{type, sdp}`, or `{sdp: {type, sdp}}`. */
function description(value: unknown): unknown {
  if (typeof value === "string") return { sdp: value };
  if (isObject(value) && isObject(value.sdp)) return value.sdp;
  return value;
}

function iceCandidate(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? null : { candidate: value };
  if (isObject(value) && isObject(value.candidate)) return iceCandidate(value.candidate);
  if (isObject(value) && (value.candidate === "" || value.candidate === null)) return null;
  return value;
}

function reasonOf(value: unknown): JsonObject {
  if (typeof value === "string") return { reason: value };
  return isObject(value) ? value : {};
}
