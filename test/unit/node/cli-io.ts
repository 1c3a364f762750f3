import { runCli } from "../../../lib/node/cli/run-cli.ts";

export interface CliRun {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

export interface RunningCli {
  readonly out: string[];
  readonly err: string[];
  /** Ctrl-C. */
  interrupt(): void;
  readonly done: Promise<CliRun>;
}

/** Starts a command as a terminal would, without a process. */
export function startCli(words: readonly string[], keys?: AsyncIterable<string>): RunningCli {
  const ending = new AbortController();
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    status: () => {},
    isTerminal: false,
    signal: ending.signal,
    ...(keys && { keys }),
  };
  const done = runCli(words, io, "1.2.3").then((code) => ({ code, out, err }));
  return { out, err, interrupt: () => ending.abort(), done };
}

export function cli(...words: string[]): Promise<CliRun> {
  return startCli(words).done;
}
