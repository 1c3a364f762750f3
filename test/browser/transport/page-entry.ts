/** Runs in the page: the transport contract over the page's own WebSocket client, against far ends that live in the test's process. */

import type { Transport } from "../../../lib/transport/transport.ts";
import { TransportError } from "../../../lib/transport/transport.ts";
import { connectWebSocket, type WebSocketOptions } from "../../../lib/transport/websocket.ts";
import { contract, type FarPeer } from "../../unit/transport/contract.ts";

type PageOptions = Pick<WebSocketOptions, "thread" | "workerUrl">;

interface Bridge {
  /** Opens a server for one connection; answers with its address. */
  farOpen(): Promise<{ id: number; url: string }>;
  farCall(id: number, method: string, parameters: readonly unknown[]): Promise<unknown>;
}

const bridge = globalThis as unknown as Bridge;
const never = new AbortController().signal;

/** The bytes of a frame as the characters of a text, one each: an array of numbers crosses the bridge a hundred times slower. */
const textOf = (bytes: readonly number[]): string => bytes.map((byte) => String.fromCharCode(byte)).join("");
const bytesOf = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

function peer(id: number): FarPeer {
  const call =
    (method: string) =>
    (...parameters: unknown[]) =>
      bridge.farCall(id, method, parameters) as Promise<never>;
  return {
    sendText: call("sendText"),
    sendFrame: (bytes) => call("sendFrame")(textOf(bytes)),
    texts: call("texts"),
    frames: async (count) => ((await call("frames")(count)) as string[]).map(bytesOf),
    close: call("close"),
    sever: call("sever"),
    closed: call("closed"),
  };
}

async function runCase(index: number, options: PageOptions): Promise<string | undefined> {
  try {
    await contract[index]?.run(async (limits) => {
      const { id, url } = await bridge.farOpen();
      const near = await connectWebSocket({ ...limits, url, ...options })(never);
      const { thread } = await near.stats();
      if (thread !== (options.thread === "main" ? "main" : "worker")) throw new Error(`the socket lives in ${thread}`);
      return { near, far: peer(id), dispose: async () => void (await bridge.farCall(id, "dispose", [])) };
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

interface Attempt {
  readonly thread?: string;
  readonly fallback?: { code: string; message: string } | undefined;
  readonly error?: { code: string; message: string; fatal: boolean };
}

let last: Transport | undefined;

/** Connects once and says how that went. An open transport stays until `closeLast`. */
async function attempt(options: WebSocketOptions, abortAfterMs?: number): Promise<Attempt> {
  const controller = new AbortController();
  if (abortAfterMs !== undefined) setTimeout(() => controller.abort(), abortAfterMs);
  let fallback: Attempt["fallback"];
  const onFallback = ({ code, message }: TransportError): void => {
    fallback = { code, message };
  };
  try {
    last = await connectWebSocket({ ...options, onFallback })(controller.signal);
    return { thread: (await last.stats()).thread, fallback };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { error: { code: error.code, message: error.message, fatal: error.fatal }, fallback };
  }
}

async function closeLast(): Promise<unknown> {
  return last?.close();
}

export const transportPage = { names: contract.map(({ name }) => name), runCase, attempt, closeLast };

(globalThis as unknown as { transportPage: typeof transportPage }).transportPage = transportPage;
