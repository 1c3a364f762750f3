import type { CliIo } from "./command.ts";

const ctrlC = "\u0003";
const ctrlD = "\u0004";

/** The terminal, pipe or file that this process was started with. The first Ctrl-C or SIGTERM asks the command to end, the second ends the process. */
export function processIo(): CliIo & { close(): void } {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stderr.isTTY === true;
  const ending = new AbortController();
  let statusShown = false;
  const end = (): void => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  };
  const clearStatus = (): void => {
    if (statusShown) stderr.write("\r\u001b[K");
    statusShown = false;
  };
  const write = (stream: NodeJS.WriteStream, line: string): void => {
    clearStatus();
    stream.write(`${line}\n`);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  // Whoever reads us may stop early: `voicebridge inspect … | head`.
  stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: (line) => write(stdout, line),
    err: (line) => write(stderr, line),
    status: (line) => {
      if (!isTerminal) return;
      stderr.write(`\r\u001b[K${line.slice(0, (stderr.columns ?? 80) - 1)}`);
      statusShown = true;
    },
    isTerminal,
    signal: ending.signal,
    ...(stdin.isTTY && { keys: keysOf(stdin, end) }),
    close: () => {
      clearStatus();
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
    },
  };
}

async function* keysOf(stdin: NodeJS.ReadStream, onInterrupt: () => void): AsyncGenerator<string, void, undefined> {
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  for await (const typed of stdin as AsyncIterable<string>) {
    for (const key of typed) {
      if (key === ctrlC || key === ctrlD) onInterrupt();
      else yield key;
    }
  }
}
