import type { Method, Params, Result } from "../protocol/index.ts";

/** The message that a handler or a middleware is looking at. */
export interface MessageContext {
  readonly kind: "request" | "event";
  /** Method or event name. */
  readonly name: string;
  readonly id: string;
  /** Decoded parameters or data. */
  readonly payload: unknown;
  /** When the transport received it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Media position: bytes of media that came before it. */
  readonly mediaBytes: number;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
  /**
   * Lets the messages behind this one go ahead. The answer is still what the handler returns, whenever that is;
   * without this they wait for it.
   */
  defer(): void;
}

/** Runs around the handling of every request and event that could be read. What it returns is the result of a request. */
export type Middleware = (context: MessageContext, next: () => unknown) => unknown;

/** What a handler may return: nothing at all, where the result has no required field. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is one of the two.
export type HandlerResult<M extends Method> = Record<never, never> extends Result<M> ? Result<M> | void : Result<M>;

/**
 * Answers a request. What it throws is the answer too: a `ProtocolError` as it is, anything else as 500 without
 * details.
 */
export type Handler<M extends Method> = (
  params: Params<M>,
  context: MessageContext,
) => HandlerResult<M> | Promise<HandlerResult<M>>;
