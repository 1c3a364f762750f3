import type { Presence } from "./client-events.ts";
import type { CallHandler, Decision, HandlerContext } from "./handlers/index.ts";
import type { IncomingCall } from "./incoming-call.ts";

export interface ReceptionHost {
  readonly handler: CallHandler | undefined;
  readonly presence: ReadonlyMap<string, Presence>;
  readonly activeCalls: number;
  /** Shows the call to a person. */
  show(incoming: IncomingCall): void;
  /** A handler threw: the call goes to a person. */
  fault(error: unknown): void;
}

/** A handler that knows at once is not heard of by the caller; for one that takes longer it rings. */
const thinkMs = 250;

/** What happens to calls that ring: handlers first, then a person. */
export class Reception {
  readonly #host: ReceptionHost;
  readonly #ringing = new Set<IncomingCall>();
  #waiting: { readonly limit: number; readonly resolve: () => void }[] = [];

  constructor(host: ReceptionHost) {
    this.#host = host;
  }

  /** Calls that ring or wait, the oldest first. */
  get ringing(): readonly IncomingCall[] {
    return [...this.#ringing];
  }

  /** A call ended, or began: some may have waited for that. */
  callsChanged(): void {
    const { activeCalls } = this.#host;
    const ready = this.#waiting.filter(({ limit }) => activeCalls < limit);
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  async take(incoming: IncomingCall): Promise<void> {
    const over = new AbortController();
    this.#ringing.add(incoming);
    incoming.addEventListener("ended", () => {
      this.#ringing.delete(incoming);
      over.abort();
    });
    let shown = false;
    const show = (): void => {
      if (shown || incoming.ended) return;
      shown = true;
      incoming.ring();
      this.#host.show(incoming);
    };
    const thinking = setTimeout(() => incoming.position === undefined && incoming.ring(), thinkMs);
    const decision = await this.#decide(incoming, over.signal, show);
    clearTimeout(thinking);
    if (incoming.ended) return;
    switch (decision.action) {
      case "accept":
        incoming.accept();
        return;
      case "reject":
        incoming.reject(decision.code, decision.reason);
        return;
      case "forward":
        incoming.forward(decision.target, decision.reason);
        return;
      case "defer":
      case "pass":
        show();
    }
  }

  async #decide(incoming: IncomingCall, signal: AbortSignal, ring: () => void): Promise<Decision> {
    const { handler, presence, activeCalls } = this.#host;
    if (!handler) return { action: "pass" };
    const context: HandlerContext = {
      activeCalls,
      presence,
      signal,
      ring,
      whenFree: (limit) => this.#whenFree(limit, signal),
    };
    try {
      return await handler(incoming, context);
    } catch (error) {
      if (!signal.aborted) this.#host.fault(error);
      return { action: "pass" };
    }
  }

  #whenFree(limit: number, signal: AbortSignal): Promise<void> {
    if (this.#host.activeCalls < limit) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting = { limit, resolve };
      this.#waiting.push(waiting);
      signal.addEventListener("abort", () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(signal.reason);
      });
    });
  }
}
