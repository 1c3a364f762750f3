/** Where a command reads and writes, so that it can be run without a process. */
export interface CliIo {
  /** What was asked for: a line to standard output. */
  out(line: string): void;
  /** What happens meanwhile, and errors: a line to standard error. */
  err(line: string): void;
  /** The line that says how it goes: replaces the one before on a terminal; elsewhere nothing is written. */
  status(line: string): void;
  readonly isTerminal: boolean;
  /** The person wants it to end: Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
  /** Keys as they are pressed; ends with the input. Undefined where nobody sits at a keyboard. */
  readonly keys?: AsyncIterable<string>;
}

export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** `voicebridge <usage>`. */
  readonly usage: string;
  readonly options: OptionTable;
  /** Resolves with the exit code: 0 went well, 1 did not. Throws `UsageError` for what it was given. */
  run(input: CommandInput, io: CliIo): Promise<number>;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface OptionSpec {
  /** What follows it, as help names it: `FILE`. Without it the option is a switch. */
  readonly value?: string;
  readonly help: string;
  /** May be given several times. */
  readonly many?: boolean;
}

export interface CommandInput {
  readonly words: readonly string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  number(option: string, limits: NumberLimits): number | undefined;
}

export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** The command was called in a way it cannot be: its help is shown, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "cli-usage";
}

/** It cannot be done, for a reason that the person can do something about. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code = "cli-failed";
}
