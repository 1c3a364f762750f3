import type { CallView } from "./call-view.ts";
import type { Context } from "./context.ts";
import type { Messages } from "./messages/messages.ts";

/** What an element finds around it: the call it belongs to, how to start one, and the words to use. */
export interface CallScope {
  /** Undefined until the first start. */
  readonly call: CallView | undefined;
  readonly messages: Messages;
  /** BCP 47 tag of the words. */
  readonly locale: string;
  /** Starts a call (a new one where the last has ended). Idempotent while a call is under way. */
  start(): Promise<void>;
}

/** `Symbol.for`: two copies of the library on one page still find each other. */
export const callScope: Context<CallScope> = Symbol.for("voicebridge.call-scope");
