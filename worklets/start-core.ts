import { Core, type CoreExports } from "../lib/core/core.ts";
import { CoreError } from "../lib/core/core-error.ts";
import { Signals, type SignalsExports } from "../lib/core/signals.ts";
import type { SetupReply } from "./messages.ts";

/** Compiles and instantiates the core. What it throws here is explained on the page, which has the bytes, too. */
export function startCore(wasm: Uint8Array<ArrayBuffer>): Core {
  return new Core(new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as CoreExports);
}

/** An instance of the signal tools. */
export function startSignals(wasm: Uint8Array<ArrayBuffer>): Signals {
  return new Signals(new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as SignalsExports);
}

/** Errors thrown in a processor's constructor reach the page without their text; this carries it. */
export function failure(error: unknown): SetupReply {
  const code = error instanceof CoreError ? error.code : undefined;
  return { type: "failed", code, message: String(error) };
}
