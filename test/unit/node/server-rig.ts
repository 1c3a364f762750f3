import { afterEach } from "vitest";
import { WebSocket } from "ws";
import {
  createVoiceServer,
  type VoiceServer,
  type VoiceServerOptions,
  type VoiceSession,
} from "../../../lib/node/index.ts";
import { until } from "./voice-side.ts";

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last one first. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export interface ServerRig {
  readonly server: VoiceServer;
  /** Ends in a slash; empty for a server that is shared. */
  readonly url: string;
  readonly calls: VoiceSession[];
  readonly log: string[];
}

/** A voice server on a free port that keeps its calls and its log; closed after the test. */
export async function serve(options: Partial<VoiceServerOptions> = {}): Promise<ServerRig> {
  const calls: VoiceSession[] = [];
  const log: string[] = [];
  const write = (message: string, fields?: unknown): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const server = createVoiceServer({
    ...(options.server ? {} : { port: 0, host: "127.0.0.1" }),
    onCall: (call) => void calls.push(call),
    logger: { debug: write, info: write, warn: write, error: write },
    ...options,
  });
  await server.ready;
  afterwards(() => server.close());
  return { server, url: options.server ? "" : `${server.url}/`, calls, log };
}

/** The first call, once it has come in. */
export async function first(calls: readonly VoiceSession[]): Promise<VoiceSession> {
  await until(() => calls.length > 0, "a call");
  return calls[0]!;
}

export interface Upgrade {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly protocol?: string;
}

/** Upgrades with the headers that are given; says how it was answered, and closes what was opened. */
export function upgrade(
  url: string,
  options: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options.protocols ?? ["rtvbp.v1"], { headers: options.headers ?? {} });
    socket.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    socket.on("open", () => {
      socket.on("close", () => resolve({ status: 101, headers: {}, protocol: socket.protocol }));
      socket.close();
    });
    socket.on("error", (error) => reject(error));
  });
}

/** A bare client that is let in, and does nothing of its own. */
export async function bareClient(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, ["rtvbp.v1"]);
  afterwards(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

/** How a socket was closed. */
export function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
}
