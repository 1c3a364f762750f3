import { coreWasmBase64 } from "./core-wasm.generated.ts";

/** The core's wasm, decoded from its inlined copy. Needs `atob`: call it on the main thread or in a Worker and send the bytes on. */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(coreWasmBase64), (character) => character.charCodeAt(0));
}
