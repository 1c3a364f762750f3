import { WebSocket } from "ws";
import { createHub, type Hub, type HubOptions } from "../../../../lib/node/index.ts";
import {
  decodeSignal,
  type HubAddress,
  hubSubprotocols,
  hubUrl,
  type SignalMessage,
  type SignalType,
} from "../../../../lib/protocol/index.ts";
import { afterwards } from "../server-rig.ts";
import { until } from "../voice-side.ts";

export interface HubRig {
  readonly hub: Hub;
  readonly log: string[];
  readonly url: string;
}

/** A hub on a free port that keeps its log; closed after the test. */
export async function serveHub(options: Partial<HubOptions> = {}): Promise<HubRig> {
  const log: string[] = [];
  const write = (message: string, fields?: unknown): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const hub = createHub({
    ...(options.server ? {} : { port: 0, host: "127.0.0.1" }),
    logger: { debug: write, info: write, warn: write, error: write },
    ...options,
  });
  await hub.ready;
  afterwards(() => hub.close({ deadlineMs: 500 }));
  return { hub, log, url: options.server ? "" : hub.url };
}

/** A client over a WebSocket of its own; cut after the test. */
export class SocketPhone {
  readonly messages: SignalMessage[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | undefined;

  constructor(
    url: string,
    { resume, seen = 0, ...address }: HubAddress & { resume?: string | undefined; seen?: number | undefined },
    options: { token?: string; protocols?: string[]; headers?: Record<string, string> } = {},
  ) {
    const protocols =
      options.protocols ?? hubSubprotocols(options.token, resume === undefined ? undefined : { token: resume, seen });
    this.socket = new WebSocket(hubUrl(url, address), protocols, { headers: options.headers ?? {} });
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer) => void this.messages.push(decodeSignal(data.toString())));
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    afterwards(() => this.socket.terminate());
  }

  say(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next message of this type, taken out with everything before it. */
  async next<T extends SignalType>(type: T): Promise<Extract<SignalMessage, { type: T }>> {
    await until(() => this.messages.some((message) => message.type === type), `a ${type}`);
    const at = this.messages.findIndex((message) => message.type === type);
    return this.messages.splice(0, at + 1).at(-1) as Extract<SignalMessage, { type: T }>;
  }
}
