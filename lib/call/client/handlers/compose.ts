import { type CallHandler, pass } from "./handler.ts";

/** Asks one handler after the other, until one does not pass. */
export const compose =
  (...handlers: readonly CallHandler[]): CallHandler =>
  async (call, context) => {
    for (const handler of handlers) {
      const decision = await handler(call, context);
      if (decision.action !== "pass" || context.signal.aborted) return decision;
    }
    return pass;
  };
