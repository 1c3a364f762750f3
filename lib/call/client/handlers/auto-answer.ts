import type { IncomingCall } from "../incoming-call.ts";
import { accept, type CallHandler, pass, waited } from "./handler.ts";

/** Of `autoAnswer`: whom, and after how long. */
export interface AutoAnswerOptions {
  /** How long it rings before. Default 0. */
  readonly afterMs?: number;
  /** Only these. Default: everybody. */
  readonly when?: (call: IncomingCall) => boolean;
  /** Also while another call is on, which is held then. Default false. */
  readonly whileTalking?: boolean;
}

/** Takes calls by itself. The page must be allowed to use the microphone, and to play sound without a click. */
export const autoAnswer =
  ({ afterMs = 0, when = () => true, whileTalking = false }: AutoAnswerOptions = {}): CallHandler =>
  async (call, context) => {
    if (!when(call)) return pass;
    if (afterMs > 0) context.ring();
    if (afterMs > 0 && !(await waited(afterMs, context.signal))) return pass;
    return !whileTalking && context.activeCalls > 0 ? pass : accept;
  };
