import type { Role } from "../protocol/index.ts";
import type { Clock } from "./clock.ts";
import type { MessageContext } from "./context.ts";
import type { SessionError } from "./errors.ts";

/** Things that peers do wrong, counted. */
export interface ExchangeCounters {
  /** Messages that could not be read. */
  malformed: number;
  /** Messages that could be read, with parameters, data or a result that could not. */
  malformedPayloads: number;
  /** Answers nobody waits for: unknown, late, or given twice. */
  unknownResponses: number;
  /** Requests with the identifier of one that is still being answered. */
  duplicateRequests: number;
  unknownRequests: number;
  unknownEvents: number;
}

/** What an exchange needs from the session it serves. Functions, not methods: they are called without their object. */
export interface ExchangeHost {
  readonly role: Role;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly requestTimeoutMs: number;
  /** Messages in a row that may be unreadable. */
  readonly maxMalformed: number;
  /** Messages that may wait for their turn, and requests that may wait for their answer. */
  readonly maxQueued: number;
  readonly newId: () => string;
  /** False where the message did not go: not connected, or not any more. */
  readonly send: (text: string) => boolean;
  /** Throws what a request is to be refused with. */
  readonly admit: (method: string) => void;
  readonly deliver: (context: MessageContext) => void;
  readonly fault: (error: unknown, at?: string) => void;
  /** The peer cannot be dealt with any longer. */
  readonly giveUp: (error: SessionError) => void;
  /** A terminal operation was answered: the answer is on its way, nothing else is to be handled. */
  readonly part: (method: string, params: unknown) => void;
}
