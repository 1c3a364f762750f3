import type { IncomingCall } from "../incoming-call.ts";
import { type CallHandler, type Decision, pass } from "./handler.ts";
import { type IdPattern, matches } from "./pattern.ts";

/** A line of the table of `routing`. `do` decides where `from` and `when` both fit. */
export interface Route {
  /** Who calls. Default: everybody. */
  readonly from?: IdPattern;
  /** What else has to hold. */
  readonly when?: (call: IncomingCall) => boolean;
  readonly do: Decision | CallHandler;
}

/** The first route that fits decides; where none does, or it passes, the next handler. */
export const routing =
  (routes: readonly Route[]): CallHandler =>
  (call, context) => {
    const fits = ({ from = "*", when = () => true }: Route): boolean => matches(from, call.from.id) && when(call);
    const route = routes.find(fits);
    if (!route) return pass;
    return typeof route.do === "function" ? route.do(call, context) : route.do;
  };
