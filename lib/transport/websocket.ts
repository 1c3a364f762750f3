import { bearerSubprotocol, webSocketUrl, withoutQuery } from "./address.ts";
import type { TransportLimits } from "./limits.ts";
import { limitsFrom, timerMs } from "./limits.ts";
import type { OpenSocketOptions } from "./open-socket.ts";
import { refine } from "./probe.ts";
import { socketWorkerSource } from "./socket-worker.generated.ts";
import { startWorker } from "./start-worker.ts";
import type { Connect, Transport } from "./transport.ts";
import { TransportError } from "./transport.ts";
import type { WebSocketConstructor } from "./web-wire.ts";
import { assertCarriesSound } from "./webrtc-signal.ts";
import { WorkerTransport } from "./worker-transport.ts";

/** Of `connectWebSocket`: address, profiles, credential, and where its socket lives. */
export interface WebSocketOptions extends Partial<TransportLimits> {
  /** `ws:`, `wss:`, or relative to the page. */
  readonly url: string | URL;
  /** Profile tokens by preference; an empty list offers none, which means `rtvbp.v1`. */
  readonly profiles?: readonly string[];
  /** A credential, sent as a second subprotocol. Needs a profile to go with it. */
  readonly bearer?: string | undefined;
  /** Where the socket lives. `auto`: in a Worker, or on this thread where none can be made. `worker`: nowhere else. */
  readonly thread?: "auto" | "worker" | "main";
  /** The Worker's file (`voicebridge/worker`), for pages whose policy forbids `blob:` Workers. */
  readonly workerUrl?: string | undefined;
  readonly connectTimeoutMs?: number;
  /** Told why the socket had to live on this thread, with what to do about it. */
  readonly onFallback?: (reason: TransportError) => void;
}

/** How to reach a voice server from a page: the socket in a Worker, connected to the frame pipes directly. */
export function connectWebSocket(options: WebSocketOptions): Connect {
  return async (signal) => assertCarriesSound(await connectControl(options)(signal), "connectWebRtc");
}

/** The same, whoever carries the sound. */
export function connectControl(options: WebSocketOptions): Connect {
  return async (signal) => {
    const { location, WebSocket } = globalThis as { location?: { href: string }; WebSocket?: unknown };
    const url = webSocketUrl(options.url, location?.href);
    if (!WebSocket) {
      const message = "There is no WebSocket here. In Node use connectNodeWebSocket of voicebridge/node.";
      throw new TransportError("transport-unreachable", message, true);
    }
    const profiles = options.profiles ?? ["rtvbp.v1"];
    const open: OpenSocketOptions = {
      url,
      profiles,
      protocols: options.bearer === undefined ? profiles : [...profiles, bearerSubprotocol(options.bearer)],
      connectTimeoutMs: timerMs(options.connectTimeoutMs ?? 10_000),
      limits: limitsFrom(options),
      thread: "main",
      WebSocket: WebSocket as WebSocketConstructor,
    };
    try {
      return await openAnywhere(open, options, signal);
    } catch (error) {
      throw await refine(error, url, signal);
    }
  };
}

async function openAnywhere(
  open: OpenSocketOptions,
  options: WebSocketOptions,
  signal: AbortSignal,
): Promise<Transport> {
  if (options.thread === "main") return openHere(open, signal);
  try {
    return await openInWorker(open, options.workerUrl, signal);
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== "csp-worker" || options.thread === "worker") throw error;
    options.onFallback?.(error);
    return openHere(open, signal);
  }
}

/** Pages whose sockets live in a Worker, which has it anyway, do not load it. */
async function openHere(open: OpenSocketOptions, signal: AbortSignal): Promise<Transport> {
  const { openSocket } = await import("./open-socket.ts");
  return openSocket(open, signal);
}

function openInWorker(open: OpenSocketOptions, workerUrl: string | undefined, signal: AbortSignal): Promise<Transport> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw aborted(signal);
    const worker = startWorker({ source: socketWorkerSource, url: workerUrl });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    const fail = (error: TransportError): void => {
      settle();
      worker.stop();
      reject(error);
    };
    const abort = (): void => fail(aborted(signal));
    const timer = setTimeout(() => {
      const message = `No answer from ${withoutQuery(open.url)} within ${open.connectTimeoutMs} ms.`;
      fail(new TransportError("transport-timeout", message, false));
    }, open.connectTimeoutMs);
    signal.addEventListener("abort", abort);
    worker.onError = (reason) => {
      if (worker.started) fail(new TransportError("transport-unreachable", reason, false));
      else void worker.reason().then(fail);
    };
    worker.onMessage = (message) => {
      if (message.type === "failed") fail(new TransportError(message.code, message.message, message.fatal));
      if (message.type !== "opened") return;
      settle();
      resolve(new WorkerTransport(worker, message.profile, open.limits));
    };
    const { url, profiles, protocols, connectTimeoutMs, limits } = open;
    worker.post({ type: "open", url, profiles, protocols, connectTimeoutMs, limits });
  });
}

function aborted(signal: AbortSignal): TransportError {
  return new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason });
}
