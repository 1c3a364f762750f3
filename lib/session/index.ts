export { type Clock, systemClock } from "./clock.ts";
export type { Handler, HandlerResult, MessageContext, Middleware } from "./context.ts";
export { SessionError, type SessionErrorCode } from "./errors.ts";
export * from "./events.ts";
export type { ExchangeCounters, RequestOptions } from "./exchange.ts";
export type { InitializeOptions, SessionOptions, SessionStats } from "./options.ts";
export type { PingReport } from "./ping.ts";
export { Session } from "./session.ts";
export type { SessionState } from "./state.ts";
