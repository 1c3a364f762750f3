import type { Resumption } from "../../protocol/signal/index.ts";
import type { CallParty } from "../call-line.ts";

/** A call with a person that a page which is loaded again can take up. */
export interface KeptCall {
  /** Of the `Call`, and on the wire. */
  readonly id: string;
  readonly callId: string;
  readonly party: CallParty;
  /** Who rang whom, and who made the first offer: after a transfer the two differ. */
  readonly direction: "incoming" | "outgoing";
  readonly role: "caller" | "callee";
  readonly startedAt: number;
  readonly muted: boolean;
  readonly held: boolean;
}

/** What a page leaves behind for itself. Its place at the hub is worth as much as a credential, for the hub's grace time: it stays in this tab. */
export interface KeptCalls {
  readonly calls: readonly KeptCall[];
  readonly resume: Resumption;
}

/** How long a page may take to load again: no hub waits longer. */
const validMs = 30_000;

/** Throws where the browser forbids it. */
const storage = (): Storage | undefined => (globalThis as { sessionStorage?: Storage }).sessionStorage;
const keyOf = (name: string): string => `${name}:calls`;

/** @param name of the hub and the client. */
export function leaveCalls(name: string, kept: KeptCalls): void {
  try {
    storage()?.setItem(keyOf(name), JSON.stringify({ ...kept, expiresAt: Date.now() + validMs }));
  } catch {
    // Full, or forbidden: the other sides hear nothing more of this page, and their calls end.
  }
}

/** Once: they cannot be found again. Undefined where there are none that are still good. */
export function takeCalls(name: string): KeptCalls | undefined {
  try {
    const kept = JSON.parse(storage()?.getItem(keyOf(name)) ?? "null") as (KeptCalls & { expiresAt: number }) | null;
    storage()?.removeItem(keyOf(name));
    return kept && kept.expiresAt > Date.now() && kept.calls.length > 0 ? kept : undefined;
  } catch {
    return undefined;
  }
}
