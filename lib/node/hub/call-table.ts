import type { HubClient } from "./hub-client.ts";

/** A call between two clients, as far as a hub has to know it. */
export interface HubCall {
  readonly id: string;
  /** For logs: ids of calls are nobody else's business. */
  readonly number: number;
  readonly caller: HubClient;
  readonly callee: HubClient;
  /** Cancels the ring time-out; undefined once the call was accepted. */
  stopRinging: (() => void) | undefined;
  /** Who is called said that it waits in a queue: its time to be answered begins anew, while it says so and when it has left the queue. */
  queued?: boolean;
}

const rememberMs = 60_000;
const maxRemembered = 10_000;

/** The calls that are on, and for a while the ids of those that were: what comes late for them is dropped. */
export class CallTable {
  readonly #calls = new Map<string, HubCall>();
  /** When each may be forgotten; in order. */
  readonly #ended = new Map<string, number>();
  #lastNumber = 0;

  get size(): number {
    return this.#calls.size;
  }

  get ringing(): number {
    let ringing = 0;
    for (const call of this.#calls.values()) if (call.stopRinging) ringing++;
    return ringing;
  }

  find(id: string): HubCall | undefined {
    return this.#calls.get(id);
  }

  /** The call of two clients, for those who do not name it. */
  between(one: HubClient, other: string | undefined): HubCall | undefined {
    for (const call of one.calls) if (other === undefined || otherSide(call, one)?.id === other) return call;
    return undefined;
  }

  add(id: string, caller: HubClient, callee: HubClient): HubCall {
    const call: HubCall = { id, number: ++this.#lastNumber, caller, callee, stopRinging: undefined };
    this.#calls.set(id, call);
    caller.calls.add(call);
    callee.calls.add(call);
    return call;
  }

  end(call: HubCall, nowMs: number): void {
    call.stopRinging?.();
    call.stopRinging = undefined;
    this.#calls.delete(call.id);
    call.caller.calls.delete(call);
    call.callee.calls.delete(call);
    this.remember(call.id, nowMs);
  }

  remember(id: string, nowMs: number): void {
    this.#ended.delete(id);
    this.#ended.set(id, nowMs + rememberMs);
    for (const [old, until] of this.#ended) {
      if (until > nowMs && this.#ended.size <= maxRemembered) break;
      this.#ended.delete(old);
    }
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  clear(): void {
    for (const call of this.#calls.values()) call.stopRinging?.();
    this.#calls.clear();
    this.#ended.clear();
  }
}

/** Undefined for who has no part in it. */
export function otherSide(call: HubCall, client: HubClient): HubClient | undefined {
  if (call.caller === client) return call.callee;
  return call.callee === client ? call.caller : undefined;
}
