import { withoutQuery } from "./address.ts";
import { TransportError } from "./transport.ts";

const probeTimeoutMs = 3000;

/**
 * A browser does not say why a WebSocket failed. Asks the same address by HTTP, once, and turns `transport-unreachable` into
 * `transport-refused` where something answers; with the status and what it means where the page may see it (its own origin).
 */
export async function refine(error: unknown, url: string, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof TransportError) || error.code !== "transport-unreachable" || error.fatal) return error;
  const { location, fetch } = globalThis as { location?: { host: string }; fetch?: typeof globalThis.fetch };
  if (!fetch || signal.aborted) return error;
  const ownOrigin = location?.host === new URL(url).host;
  try {
    const response = await fetch(url.replace(/^ws/, "http"), {
      mode: ownOrigin ? "same-origin" : "no-cors",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]),
    });
    void response.body?.cancel();
    return refused(url, response.status, error);
  } catch {
    return error;
  }
}

/** Status 0: the page may not see it. 426 and 2xx: the server would talk, but refused the upgrade for a reason it did not give here. */
function refused(url: string, status: number, cause: TransportError): TransportError {
  const reasons: Readonly<Record<number, string>> = {
    400: "it speaks none of the offered profiles",
    401: "the credentials are missing or wrong",
    403: "this page's origin is not allowed",
    404: "there is no voice server at this path",
    503: "it is full or shutting down",
  };
  const reason = reasons[status];
  const fatal = reason !== undefined && status !== 503;
  const message = `${withoutQuery(url)} answers but refused the call${reason ? `: ${reason} (${status})` : ""}.`;
  return new TransportError("transport-refused", message, fatal, { cause });
}
