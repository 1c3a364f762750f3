import type { Level } from "../lib/core/core.ts";
import { EchoProbe } from "./echo-probe.ts";
import type { CaptureFigures } from "./messages.ts";

/** What the playback processor asks the capture processor of its call. */
export interface CaptureSide {
  level(): Level;
  figures(): CaptureFigures;
}

const open = new Map<string, CallScope>();

/**
 * What the two processors of one call share. There is one AudioWorkletGlobalScope and one render thread for all calls of a page, so this
 * is plain shared state: the playback processor reports for both, which halves the messages to the page.
 */
export class CallScope {
  readonly echo = new EchoProbe();
  capture: CaptureSide | undefined;
  #members = 0;
  readonly #callId: string;

  private constructor(callId: string) {
    this.#callId = callId;
  }

  static join(callId: string): CallScope {
    const scope = open.get(callId) ?? new CallScope(callId);
    open.set(callId, scope);
    scope.#members++;
    return scope;
  }

  leave(): void {
    if (--this.#members === 0) open.delete(this.#callId);
  }

  /** Calls of this page that are running. */
  static get calls(): number {
    return open.size;
  }
}
