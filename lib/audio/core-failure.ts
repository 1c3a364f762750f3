import { CoreError, type CoreErrorCode, instantiateCore } from "../core/index.ts";
import { AudioError, type AudioErrorCode } from "./audio-error.ts";
import type { SetupFailure } from "./processor-node.ts";

const codes: Readonly<Record<CoreErrorCode, AudioErrorCode>> = {
  "core-csp": "csp-wasm",
  "core-unsupported": "media-unsupported",
  "core-bytes": "audio-asset",
  "core-format": "audio-format",
  "core-busy": "audio-core",
};

/** Why the core did not start in a worklet. The worklet is kept small: what it cannot name is tried again here, where it can be. */
export function coreFailure(failure: SetupFailure, wasm: Uint8Array<ArrayBuffer>): AudioError {
  if (failure.code && failure.code in codes)
    return new AudioError(codes[failure.code as CoreErrorCode], failure.message);
  try {
    instantiateCore(wasm);
  } catch (cause) {
    if (cause instanceof CoreError) return new AudioError(codes[cause.code], cause.message, { cause });
  }
  return new AudioError("audio-core", failure.message);
}
