import { CspWatch } from "./csp-watch.ts";
import type { FromSocketWorker, ToSocketWorker } from "./socket-messages.ts";
import { TransportError } from "./transport.ts";

/** A running socket Worker. `stop` ends it and everything it holds; nothing is reported afterwards. */
export interface SocketWorker {
  post(message: ToSocketWorker, transfer?: Transferable[]): void;
  onMessage: (message: FromSocketWorker) => void;
  onError: (reason: string) => void;
  stop(): void;
}

export interface WorkerSource {
  /** The Worker's program, started from a Blob URL, … */
  readonly source: string;
  /** … unless it is served by the page's own origin (a Content-Security-Policy without `worker-src blob:`). */
  readonly url?: string | undefined;
}

/**
 * Starts a Worker. Rejects with `csp-worker` where it cannot run; nothing is left then. Browsers report a blocked Worker late, by an
 * event: the returned object's `onError` may therefore still say that it never started (`started` is false then).
 */
export function startWorker(
  program: WorkerSource,
): SocketWorker & { readonly started: boolean; reason(): Promise<TransportError> } {
  const watch = new CspWatch();
  const blobUrl =
    program.url === undefined
      ? URL.createObjectURL(new Blob([program.source], { type: "text/javascript" }))
      : undefined;
  const release = (): void => {
    watch.stop();
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl);
  };
  let worker: Worker;
  try {
    worker = new Worker(program.url ?? blobUrl!);
  } catch (cause) {
    release();
    throw notStarted(program, false, cause);
  }
  const handle = {
    started: false,
    onMessage: (_message: FromSocketWorker): void => {},
    onError: (_reason: string): void => {},
    post: (message: ToSocketWorker, transfer: Transferable[] = []): void => worker.postMessage(message, transfer),
    stop: (): void => {
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
      release();
    },
    reason: async (): Promise<TransportError> =>
      notStarted(program, await watch.blocked("worker-src", "script-src", "script-src-elem")),
  };
  worker.onmessage = ({ data }: MessageEvent<FromSocketWorker>) => {
    if (!handle.started) release();
    handle.started = true;
    handle.onMessage(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    handle.onError(event.message || "the socket Worker failed");
  };
  return handle;
}

function notStarted(program: WorkerSource, blocked: boolean, cause?: unknown): TransportError {
  const what = program.url ?? "blob:";
  const message = blocked
    ? `The page's Content-Security-Policy blocks the socket Worker: allow ${what} in worker-src, or set workerUrl to a file of your own.`
    : `The socket Worker (${what}) could not be started.`;
  return new TransportError("csp-worker", message, true, { cause });
}
