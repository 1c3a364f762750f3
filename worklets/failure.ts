import { CoreError } from "../lib/core/core-error.ts";
import type { SetupReply } from "./messages.ts";

/** Errors thrown in a processor's constructor reach the page without their text; this carries it. */
export function failure(error: unknown): SetupReply {
  const code = error instanceof CoreError ? error.code : "internal";
  return { type: "failed", code, message: error instanceof Error ? error.message : String(error) };
}
