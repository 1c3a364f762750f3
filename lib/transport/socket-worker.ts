/**
 * The Worker that owns a socket. It reads the uplink pipe and writes the downlink pipe itself, so media flows while the page is frozen;
 * its messages to the page are control messages and answers. One Worker, one socket; the page ends it after `closed` or `failed`.
 */
import { transferables } from "../frames/index.ts";
import { openSocket } from "./open-socket.ts";
import type { FromSocketWorker, ToSocketWorker } from "./socket-messages.ts";
import type { SocketTransport } from "./socket-transport.ts";
import { TransportError } from "./transport.ts";
import type { WebSocketConstructor } from "./web-wire.ts";

/** The part of DedicatedWorkerGlobalScope used here, whichever type library is in force. */
interface WorkerScope {
  readonly WebSocket: WebSocketConstructor;
  onmessage: ((event: { readonly data: ToSocketWorker }) => void) | null;
  postMessage(message: FromSocketWorker, transfer?: readonly unknown[]): void;
}

/** While a message that opens media is on its way to the page and back: more than a second of any codec here, eight of L16/8000. */
const earlyBytes = 1 << 17;

const scope = globalThis as unknown as WorkerScope;
let transport: SocketTransport | undefined;

async function open(message: Extract<ToSocketWorker, { type: "open" }>): Promise<void> {
  try {
    const opened = await openSocket(
      { ...message, thread: "worker", WebSocket: scope.WebSocket, earlyBytes },
      new AbortController().signal,
    );
    transport = opened;
    scope.postMessage({ type: "opened", profile: opened.profile });
    opened.listen({
      text: (text) => scope.postMessage({ type: "text", message: text }),
      close: (close) => scope.postMessage({ type: "closed", close, stats: opened.snapshot() }),
    });
  } catch (error) {
    const known = error instanceof TransportError;
    scope.postMessage({
      type: "failed",
      code: known ? error.code : "transport-unreachable",
      message: known ? error.message : String(error),
      fatal: known && error.fatal,
    });
  }
}

async function answer(message: Extract<ToSocketWorker, { id: number }>, open: SocketTransport): Promise<void> {
  if (message.type === "stats") scope.postMessage({ type: "stats", id: message.id, stats: open.snapshot() });
  else {
    await open.flushed();
    scope.postMessage({ type: "flushed", id: message.id });
  }
}

scope.onmessage = ({ data }) => {
  if (data.type === "open") void open(data);
  else if (transport) handle(data, transport);
};

function handle(message: Exclude<ToSocketWorker, { type: "open" }>, open: SocketTransport): void {
  switch (message.type) {
    case "text":
      if (!open.closed) open.sendText(message.text);
      break;
    case "frame":
      open.sendFrame(message.bytes);
      break;
    case "frames-to-owner":
      open.connectSink((bytes, receivedAt) => {
        scope.postMessage({ type: "frame", bytes, receivedAt });
        return true;
      });
      break;
    case "open-media":
      open.openMedia(message.position);
      break;
    case "connect-media":
      if (open.closed) for (const port of transferables(message.ends.uplink)) port.close();
      else open.connectMedia(message.ends);
      break;
    case "flushed":
    case "stats":
      void answer(message, open);
      break;
    case "watch":
      open.watch(message.everyMs, (received) => scope.postMessage({ type: "beat", received }));
      break;
    case "close":
      void open.close(message.code, message.reason);
      break;
    default:
      message satisfies never;
  }
}
