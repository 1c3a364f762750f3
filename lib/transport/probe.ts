import { refusedError } from "./refused.ts";
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
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]),
    });
    void response.body?.cancel();
    // What a WebSocket server answers to a plain request, whatever the reason for which it refused ours.
    const status = [400, 426].includes(response.status) ? 0 : response.status;
    return refusedError(url, status, error);
  } catch {
    return error;
  }
}
