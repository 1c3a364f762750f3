import { VoiceError } from "../voice-error.ts";

const actions = {
  "hub-unreachable": "Check the network connection; the client goes on trying.",
  "hub-duplicate-id": "Close the other page that uses this id, or choose another id.",
  "hub-refused": "Check the address of the hub and the credentials of this page.",
  "hub-closed": "Make another client.",
  "client-elsewhere": "Finish the call in the other tab first.",
  "call-target": "Give the id of a person, or { src } with the address of an application.",
} as const;

export type ClientErrorCode = keyof typeof actions;

/** What a `Client` fails with: a `VoiceError` with one of its own codes. */
export function clientError(code: ClientErrorCode, message: string, cause?: unknown): VoiceError {
  const fatal = code !== "hub-unreachable" && code !== "client-elsewhere";
  return new VoiceError(code, message, actions[code], fatal, cause === undefined ? undefined : { cause });
}
