import { coreWasmBase64 } from "./core-wasm.generated.ts";
import { signalsWasmBase64 } from "./signals-wasm.generated.ts";

/** core.wasm, decoded from its inlined copy. Needs `atob`: call it on the main thread or in a Worker and send the bytes on. */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  return decode(coreWasmBase64);
}

/** signals.wasm, likewise. A bundle that does not call this does not contain it. */
export function signalsBytes(): Uint8Array<ArrayBuffer> {
  return decode(signalsWasmBase64);
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
