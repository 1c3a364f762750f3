import { parseArgs } from "node:util";
import { type Command, type CommandInput, UsageError } from "./command.ts";

/** Reads the words behind the name of a command. Throws `UsageError`. */
export function parseInput({ options }: Pick<Command, "options">, args: readonly string[]): CommandInput {
  const table = Object.fromEntries(
    Object.entries(options).map(([name, { value, many }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: many ?? false },
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: table, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". To specify")[0]!, { cause: error });
  }
  const { values, positionals } = parsed;
  const text = (option: string): string | undefined => values[option] as string | undefined;
  return {
    words: positionals,
    has: (option) => values[option] === true,
    text,
    texts: (option) => (values[option] as string[] | undefined) ?? [],
    number: (option, { min, max, whole }) => {
      const given = text(option);
      if (given === undefined) return undefined;
      const number = given.trim() === "" ? Number.NaN : Number(given);
      if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
      throw new UsageError(`--${option} is a ${whole ? "whole " : ""}number from ${min} to ${max}, not "${given}".`);
    },
  };
}

/** The one word that a command is about. */
export function theOne(input: CommandInput, what: string): string {
  const [word, ...others] = input.words;
  if (word === undefined) throw new UsageError(`The ${what} is missing.`);
  if (others.length > 0) throw new UsageError(`There is one ${what}, not "${others.join(" ")}" as well.`);
  return word;
}
