import { callCommand } from "./call-command.ts";
import { type CliIo, type Command, CommandError, UsageError } from "./command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { helpOf, overview } from "./help.ts";
import { hubCommand } from "./hub-command.ts";
import { inspectCommand } from "./inspect-command.ts";
import { loadTestCommand } from "./loadtest-command.ts";
import { parseInput } from "./parse-input.ts";
import { serveCommand } from "./serve-command.ts";

export const commands: readonly Command[] = [
  callCommand,
  serveCommand,
  hubCommand,
  loadTestCommand,
  doctorCommand,
  inspectCommand,
];

/** Runs one command. Resolves with the exit code: 0 went well, 1 did not, 2 was called wrongly. */
export async function runCli(args: readonly string[], io: CliIo, version: string): Promise<number> {
  const [name = "", ...words] = args;
  if (["", "help", "--help", "-h"].includes(name)) {
    io.out(overview(commands, version));
    return name === "" ? 2 : 0;
  }
  if (["--version", "-v", "version"].includes(name)) {
    io.out(version);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    io.err(`There is no command "${name}". voicebridge --help names them.`);
    return 2;
  }
  if (words.includes("--help") || words.includes("-h")) {
    io.out(helpOf(command));
    return 0;
  }
  try {
    return await command.run(parseInput(command, words), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${error.message}\nvoicebridge ${command.name} --help tells its options.`);
      return 2;
    }
    // Errors of this library say what to do; others are mistakes in it, and their origin matters.
    const known = error instanceof CommandError || typeof (error as { code?: unknown }).code === "string";
    io.err(known ? (error as Error).message : String((error as Error).stack ?? error));
    return 1;
  }
}
