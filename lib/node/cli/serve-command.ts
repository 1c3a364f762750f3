import { createWriteStream, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { SessionRecorder, type SessionTap } from "../../session/index.ts";
import { type AgentMiddleware, withMiddleware } from "../agent.ts";
import { recordCalls } from "../call-recording.ts";
import { jsonLogger, type Logger } from "../logger.ts";
import { type RouteTable, route } from "../route.ts";
import { sameSecret } from "../same-secret.ts";
import { createVoiceServer } from "../voice-server.ts";
import { loadAgents } from "./builtin-agents.ts";
import { type Command, CommandError, UsageError } from "./command.ts";
import { readInput } from "./connection.ts";
import { readyOn } from "./ready-on.ts";

const levels = ["debug", "info", "warn", "error"] as const;

/** `voicebridge serve`: agents, answering. */
export const serveCommand: Command = {
  name: "serve",
  summary: "answer calls with the demo agents, or with agents of yours",
  usage: "serve [MODULE]",
  options: {
    port: { value: "PORT", help: "default 8080; 0: any that is free" },
    host: { value: "HOST", help: "address to listen on; default 127.0.0.1, this machine only" },
    cert: { value: "FILE", help: "certificate chain (PEM): speak TLS" },
    key: { value: "FILE", help: "its key (PEM)" },
    token: { value: "SECRET", help: "callers must bring this bearer token (or VOICEBRIDGE_TOKEN)" },
    origin: { value: "ORIGIN", help: "pages that may call; default: those of this host; * for any", many: true },
    "max-sessions": { value: "N", help: "calls at a time; default 1000" },
    "calls-per-second": { value: "N", help: "of one address; more are answered 429" },
    record: { value: "FOLDER", help: "record every call to a WAV file" },
    trace: { value: "FOLDER", help: "write a trace of every session, for voicebridge inspect" },
    status: { help: "answer /stats and /metrics beside /healthz" },
    drain: { value: "SECONDS", help: "how long calls may go on after Ctrl-C or SIGTERM; default 5" },
    log: { value: "LEVEL", help: "debug, info, warn or error; default info" },
  },
  async run(input, io) {
    const [module, ...others] = input.words;
    if (others.length > 0) throw new UsageError(`There is one module, not "${others.join(" ")}" as well.`);
    const level = levels.find((name) => name === (input.text("log") ?? "info"));
    if (!level) throw new UsageError(`--log is one of ${levels.join(", ")}.`);
    const [cert, key] = [input.text("cert"), input.text("key")];
    if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key belong together.");
    const port = input.number("port", { min: 0, max: 65_535, whole: true }) ?? 8080;
    const maxSessions = input.number("max-sessions", { min: 1, max: 1_000_000, whole: true });
    const perSecond = input.number("calls-per-second", { min: 0.001, max: 1_000_000 });
    const drainS = input.number("drain", { min: 0, max: 3600 }) ?? 5;
    const token = input.text("token") ?? process.env.VOICEBRIDGE_TOKEN;
    const [traces, recordings] = [folderOf(input.text("trace")), folderOf(input.text("record"))];
    const origins = input.texts("origin");
    const agents = await loadAgents(module);
    const logger = jsonLogger(level, (line) => io.err(line));
    const routed = route(atPaths(agents));
    const server = createVoiceServer({
      port,
      host: input.text("host") ?? "127.0.0.1",
      ...(cert !== undefined && key !== undefined && { tls: { cert: readInput(cert), key: readInput(key) } }),
      ...(token !== undefined && { authorize: ({ token: brought }) => sameSecret(brought, token) }),
      ...(origins.length > 0 && { allowedOrigins: origins.includes("*") ? "*" : origins }),
      ...(maxSessions !== undefined && { maxSessions }),
      ...(perSecond !== undefined && { upgradeRate: { perSecond, burst: Math.max(1, Math.ceil(perSecond * 5)) } }),
      ...(traces !== undefined && { trace: () => traceTo(traces) }),
      status: input.has("status"),
      logger,
      path: routed.serves,
      onCall: withMiddleware(routed, ...(recordings === undefined ? [] : [recordingTo(recordings, logger)])),
    });
    await readyOn(port, server.ready);
    for (const name of Object.keys(agents)) io.out(`${server.url}/${name === "*" ? "" : name}`);
    if (!io.signal.aborted) await new Promise((resolve) => io.signal.addEventListener("abort", resolve));
    await server.drain({ deadlineMs: drainS * 1000 });
    return 0;
  },
};

/** Every agent by its name as a path, and as the application that the call asks for. */
function atPaths(agents: RouteTable): RouteTable {
  const named = Object.entries(agents).filter(([name]) => name !== "*" && !name.startsWith("/"));
  return { ...agents, ...Object.fromEntries(named.map(([name, agent]) => [`/${name}`, agent])) };
}

function folderOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    mkdirSync(name, { recursive: true });
  } catch (error) {
    throw new CommandError(`${name} cannot be made (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
  return resolve(name);
}

let files = 0;
const newName = (): string => `${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${++files}`;

function recordingTo(folder: string, logger: Logger): AgentMiddleware {
  return recordCalls({
    file: () => join(folder, `${newName()}.wav`),
    onError: (error) => logger.error("not recorded", { error: (error as Error).message }),
    onFinished: ({ error, ...stats }) =>
      logger.info("recorded", { ...stats, ...(error !== undefined && { error: String(error) }) }),
  });
}

function traceTo(folder: string): SessionTap {
  const stream = createWriteStream(join(folder, `${newName()}.jsonl`), { flags: "wx" });
  stream.on("error", () => {}); // A trace is no reason to disturb a call.
  return new SessionRecorder({ write: (line) => void stream.write(line) });
}
