import type { CallEnd } from "../call/call-events.ts";
import type { MessageKey, Messages } from "./messages/messages.ts";
import { fill } from "./messages/messages.ts";

/** Something with a code that says what happened and what to do: an error of the library, or a `CallWarning`. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

export function isProblem(error: unknown): error is Problem {
  const { code, message, action } = (error ?? {}) as Partial<Problem>;
  return [code, message, action].every((text) => typeof text === "string");
}

/** The words for a problem: the table's, else its own. */
export function describeProblem(problem: Problem, table: Messages): { message: string; action: string } {
  const [message, action] = table.problems[problem.code] ?? [problem.message, problem.action];
  return { message, action };
}

/** End reasons that say no more than who ended the call. */
const plainReasons: readonly string[] = ["", "normal", "network", "hangup", "error"];

const endKeys = {
  local: "endedLocal",
  remote: "endedRemote",
  network: "endedNetwork",
  error: "endedError",
} as const satisfies Record<CallEnd["by"], MessageKey>;

export interface EndDescription {
  /** Who ended the call, or what went wrong. */
  readonly headline: string;
  /** What to do, or why it ended; may be empty. */
  readonly detail: string;
  /** Both, for the announcer. */
  readonly spoken: string;
}

export function describeEnd(end: CallEnd, table: Messages): EndDescription {
  const problem = end.error && describeProblem(end.error, table);
  const headline = problem?.message ?? table[endKeys[end.by]];
  const reason = plainReasons.includes(end.reason) ? "" : fill(table.reason, { reason: end.reason });
  const detail = problem?.action ?? reason;
  return { headline, detail, spoken: `${headline} ${detail}`.trim() };
}
