import { object, type Shape } from "./shape.ts";

/**
 * `voice` owns the call and the caller's sound; `application` listens and speaks. Says nothing about who opened the
 * socket.
 */
export type Role = "voice" | "application";

/** A request with an answer: who handles it, and what both look like on the wire. */
export interface Operation<P, R> {
  readonly handledBy: Role | "both";
  readonly params: Shape<P>;
  readonly result: Shape<R>;
  /** The session ends with the answer: reply, flush, then close. */
  readonly terminal?: boolean;
  /** What the other role answers (501) when it is asked nevertheless. */
  readonly refusal?: string;
}

/** A message without an answer: who sends it, and what it looks like on the wire. */
export interface EventDefinition<D> {
  readonly emittedBy: Role;
  readonly data: Shape<D>;
}

/** What one generation of peers can say to each other. */
export interface Catalog {
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation<unknown, unknown>>>;
  readonly events: Readonly<Record<string, EventDefinition<unknown>>>;
}

/** Looks a name from the wire up; `constructor` and the like are not in any catalog. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Whether a role answers an operation. */
export const handles = (role: Role, { handledBy }: Operation<unknown, unknown>): boolean =>
  handledBy === role || handledBy === "both";

/** These only help inference: a message file says what it is, and gets its types from the shapes. */
export const operation = <P, R>(definition: Operation<P, R>): Operation<P, R> => definition;
export const event = <D>(definition: EventDefinition<D>): EventDefinition<D> => definition;

/** `{}`: parameters or results with nothing in them. */
export const empty = object({});
