import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { FaultAction } from "../fault-log.ts";
import { FaultScriptError, faultGrammar, formatFaultPhase, parseFaultScript } from "../fault-script.ts";
import { type FaultProxy, type FaultProxyStats, startFaultProxy } from "./fault-proxy.ts";

/** Of `runFaultProxy`, where a program runs the command inside itself. */
export interface RunFaultProxyOptions {
  /** Takes a line of what is printed. Default: standard output. */
  readonly print?: (line: string) => void;
  /** Ends it. Default: SIGINT and SIGTERM. */
  readonly signal?: AbortSignal;
  /** Phases to apply, a line each, beside `clear` and `stats`. Default: standard input, where that is a terminal. */
  readonly input?: NodeJS.ReadableStream;
}

const usage = `fault-proxy --target HOST:PORT [--port P] [--script "PHASE; PHASE"] [--seed N]

A TCP proxy that makes connections go wrong, the same way every time. Prints what it does.

  --target HOST:PORT  where connections lead
  --host HOST         where it listens (127.0.0.1)
  --port P            (a free one)
  --script "…"        what goes wrong on every connection
  --seed N            (1)
  --stats SECONDS     how often figures are printed (10; 0 for never)
  --help

Script: ${faultGrammar}

While it runs: type a phase to apply it (\`stall 2000\`, \`reset\`, \`delay 80±20\`), \`clear\` to take all away, \`stats\`.`;

const settings = {
  target: { type: "string" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "0" },
  script: { type: "string", default: "" },
  seed: { type: "string", default: "1" },
  stats: { type: "string", default: "10" },
  help: { type: "boolean", default: false },
} as const;

/** The fault proxy as a command. Resolves with the exit code when it was ended: 0, 1 where it cannot listen, 2 for arguments that mean nothing. */
export async function runFaultProxy(argv: readonly string[], options: RunFaultProxyOptions = {}): Promise<number> {
  const print = options.print ?? ((line: string) => void process.stdout.write(`${line}\n`));
  let proxy: FaultProxy;
  let statsSeconds: number;
  try {
    const { values } = parseArgs({ args: argv.filter((word) => word !== "fault-proxy"), options: settings });
    if (values.help) {
      print(usage);
      return 0;
    }
    if (values.target === undefined) throw new TypeError("Say where to: --target HOST:PORT.");
    statsSeconds = numberOf("stats", values.stats);
    proxy = await startFaultProxy({
      target: values.target,
      host: values.host,
      port: numberOf("port", values.port),
      script: values.script,
      seed: numberOf("seed", values.seed),
      onAction: (action) => print(actionLine(action)),
    });
    print(`listening on ${values.host}:${proxy.port}, target ${values.target}, seed ${values.seed}`);
    for (const phase of parseFaultScript(values.script)) print(`  ${formatFaultPhase(phase)}`);
  } catch (error) {
    return explain(error, print);
  }
  await runUntilEnded(proxy, statsSeconds, print, options);
  for (const line of statsLines(proxy.stats)) print(line);
  await proxy.close();
  return 0;
}

async function runUntilEnded(
  proxy: FaultProxy,
  statsSeconds: number,
  print: (line: string) => void,
  { signal, input = process.stdin.isTTY ? process.stdin : undefined }: RunFaultProxyOptions,
): Promise<void> {
  const timer =
    statsSeconds > 0 ? setInterval(() => statsLines(proxy.stats).map(print), statsSeconds * 1000) : undefined;
  const lines = input && createInterface({ input });
  lines?.on("line", (line) => obey(proxy, line.trim(), print));
  await new Promise<void>((resolve) => {
    if (signal) {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
      return;
    }
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
  lines?.close();
  clearInterval(timer);
}

function obey(proxy: FaultProxy, line: string, print: (line: string) => void): void {
  try {
    if (line === "stats") statsLines(proxy.stats).map(print);
    else if (line === "clear") proxy.clear();
    else proxy.apply(line);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(`--${name} takes a whole number, not "${text}".`);
}

function explain(error: unknown, print: (line: string) => void): number {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") print(`${message}. Choose another --port, or leave it out for a free one.`);
  else if (error instanceof FaultScriptError) print(`${message}\n${error.action}`);
  else print(`${message}\nSee --help.`);
  const wrongWords = error instanceof TypeError || error instanceof FaultScriptError;
  return wrongWords ? 2 : 1;
}

function actionLine({ atMs, connection, direction, what }: FaultAction): string {
  const where = connection === 0 ? "proxy" : `#${connection}${direction ? ` ${direction}` : ""}`;
  return `${(atMs / 1000).toFixed(3).padStart(9)} s  ${where.padEnd(9)} ${what}`;
}

function statsLines({ accepted, open, failed, reset, truncated, up, down }: FaultProxyStats): string[] {
  const flow = (name: string, { bytesIn, bytesOut, discardedBytes, corruptedBytes, stalls }: typeof up): string =>
    `  ${name.padEnd(4)} in ${bytesIn}, out ${bytesOut}, discarded ${discardedBytes}, corrupted ${corruptedBytes} bytes; ${stalls} stalls`;
  return [
    `connections: ${accepted} accepted, ${open} open, ${failed} failed, ${reset} reset, ${truncated} truncated`,
    flow("up", up),
    flow("down", down),
  ];
}
