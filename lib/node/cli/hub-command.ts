import { createHub } from "../hub/hub.ts";
import { jwtAuthorize } from "../jwt-authorize.ts";
import { jsonLogger } from "../logger.ts";
import { sameSecret } from "../same-secret.ts";
import type { Authorize } from "../upgrade-policy.ts";
import { type Command, type CommandInput, UsageError } from "./command.ts";
import { readInput } from "./connection.ts";
import { readyOn } from "./ready-on.ts";

const levels = ["debug", "info", "warn", "error"] as const;

/** `voicebridge hub`: people who call each other find each other here. */
export const hubCommand: Command = {
  name: "hub",
  summary: "connect people who call each other (signalling; the sound goes from one to the other)",
  usage: "hub",
  options: {
    port: { value: "PORT", help: "default 8090; 0: any that is free" },
    host: { value: "HOST", help: "address to listen on; default 127.0.0.1, this machine only" },
    path: { value: "PATH", help: "default /hub" },
    cert: { value: "FILE", help: "certificate chain (PEM): speak TLS" },
    key: { value: "FILE", help: "its key (PEM)" },
    token: {
      value: "SECRET",
      help: "clients must bring this bearer token, and choose their ids (or VOICEBRIDGE_TOKEN)",
    },
    jwks: { value: "URL", help: "clients must bring a JWT signed by one of these keys; its sub is their id" },
    issuer: { value: "ISS", help: "with --jwks: of whom tokens must be" },
    audience: { value: "AUD", help: "with --jwks: for whom tokens must be" },
    origin: { value: "ORIGIN", help: "pages that may connect; default: those of this host; * for any", many: true },
    "max-clients": { value: "N", help: "clients at a time; default 10000" },
    ring: { value: "SECONDS", help: "how long a call may ring; default 30" },
    grace: { value: "SECONDS", help: "how long a client that lost its connection is waited for; default 15" },
    stun: { value: "URL", help: "STUN server that clients are told of, as stun:host:port", many: true },
    turn: { value: "URL", help: "TURN server, with the secret it shares in VOICEBRIDGE_TURN_SECRET", many: true },
    "turn-ttl": { value: "SECONDS", help: "for how long credentials for it are good; default 3600" },
    "trust-proxy": { help: "take addresses from X-Forwarded-*: only behind a proxy that sets them" },
    status: { help: "answer /stats beside /healthz" },
    drain: { value: "SECONDS", help: "how long calls may go on ringing after Ctrl-C or SIGTERM; default 5" },
    log: { value: "LEVEL", help: "debug, info, warn or error; default info" },
  },
  async run(input, io) {
    if (input.words.length > 0) throw new UsageError(`A hub takes options only, not "${input.words.join(" ")}".`);
    const level = levels.find((name) => name === (input.text("log") ?? "info"));
    if (!level) throw new UsageError(`--log is one of ${levels.join(", ")}.`);
    const [cert, key] = [input.text("cert"), input.text("key")];
    if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key belong together.");
    const port = input.number("port", { min: 0, max: 65_535, whole: true }) ?? 8090;
    const maxClients = input.number("max-clients", { min: 1, max: 1_000_000, whole: true });
    const ringS = input.number("ring", { min: 1, max: 3600 });
    const graceS = input.number("grace", { min: 0, max: 3600 });
    const drainS = input.number("drain", { min: 0, max: 3600 }) ?? 5;
    const turn = turnOf(input);
    const origins = input.texts("origin");
    const stun = input.texts("stun");
    const path = input.text("path");
    const authorize = await authorizeOf(input);
    const hub = createHub({
      port,
      host: input.text("host") ?? "127.0.0.1",
      logger: jsonLogger(level, (line) => io.err(line)),
      status: input.has("status"),
      trustProxy: input.has("trust-proxy"),
      ...(path !== undefined && { path: path.startsWith("/") ? path : `/${path}` }),
      ...(cert !== undefined && key !== undefined && { tls: { cert: readInput(cert), key: readInput(key) } }),
      ...(authorize && { authorize }),
      ...(origins.length > 0 && { allowedOrigins: origins.includes("*") ? "*" : origins }),
      ...(maxClients !== undefined && { maxClients }),
      ...(ringS !== undefined && { ringTimeoutMs: ringS * 1000 }),
      ...(graceS !== undefined && { graceMs: graceS * 1000 }),
      ...(stun.length > 0 && { iceServers: [{ urls: stun }] }),
      ...(turn && { turn }),
    });
    await readyOn(port, hub.ready);
    if (!authorize) io.err("Everybody who reaches this hub may connect, under any id: --token or --jwks say who may.");
    io.out(hub.url);
    if (!io.signal.aborted) await new Promise((resolve) => io.signal.addEventListener("abort", resolve));
    await hub.drain({ graceMs: drainS * 1000, deadlineMs: drainS * 1000 + 2000 });
    return 0;
  },
};

function turnOf(input: CommandInput): { urls: readonly string[]; secret: string; ttlSeconds?: number } | undefined {
  const urls = input.texts("turn");
  const ttlSeconds = input.number("turn-ttl", { min: 60, max: 604_800, whole: true });
  if (urls.length === 0) return undefined;
  const secret = process.env.VOICEBRIDGE_TURN_SECRET;
  if (!secret) throw new UsageError("--turn needs the secret of the TURN server in VOICEBRIDGE_TURN_SECRET.");
  return { urls, secret, ...(ttlSeconds !== undefined && { ttlSeconds }) };
}

async function authorizeOf(input: CommandInput): Promise<Authorize | undefined> {
  const token = input.text("token") ?? process.env.VOICEBRIDGE_TOKEN;
  const [jwks, issuer, audience] = [input.text("jwks"), input.text("issuer"), input.text("audience")];
  if (jwks === undefined) return token === undefined ? undefined : ({ token: brought }) => sameSecret(brought, token);
  if (input.text("token") !== undefined) throw new UsageError("--token or --jwks, not both.");
  if (!URL.canParse(jwks)) throw new UsageError(`--jwks is an address, not "${jwks}".`);
  return jwtAuthorize({
    jwks,
    requiredClaims: ["exp", "sub"],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  });
}
