import { Core, type CoreExports } from "../lib/core/core.ts";
import { CoreError } from "../lib/core/core-error.ts";
import type { SetupReply } from "./messages.ts";

/** Compiles and instantiates the core. What it throws here is explained on the page, which has the bytes, too. */
export function startCore(wasm: Uint8Array<ArrayBuffer>): Core {
  return new Core(new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as CoreExports);
}

/** Errors thrown in a processor's constructor reach the page without their text; this carries it. */
export function failure(error: unknown): SetupReply {
  const code = error instanceof CoreError ? error.code : undefined;
  return { type: "failed", code, message: String(error) };
}
