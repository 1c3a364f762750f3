import type { Transport } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import { SessionError } from "./errors.ts";
import type { SessionEnd } from "./events.ts";
import { move, type SessionState } from "./state.ts";

export interface LifecycleOptions {
  readonly clock: Clock;
  /** Of each step: the last messages leaving, the peer closing, the transport closing. */
  readonly closeTimeoutMs: number;
  readonly onMove: (state: SessionState, previous: SessionState) => void;
  /** Nothing is sent or handled from here. */
  readonly onStop: (error: SessionError) => void;
  /** Exactly once, last. */
  readonly onEnd: (end: SessionEnd) => void;
}

/**
 * The state of a session, the transport it holds, and the one way out: every path to the end leads through `finish`.
 */
export class Lifecycle {
  /** Resolves after `onEnd`. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #options: LifecycleOptions;
  readonly #lifetime = new AbortController();
  #resolveEnded!: (end: SessionEnd) => void;
  #state: SessionState = "idle";
  #end: SessionEnd | undefined;
  #cancelAlarm: () => void = () => undefined;
  /** Closed with the session, whether or not it was listened to. */
  transport: Transport | undefined;
  /** How the session will have ended when the transport closes, once a terminal operation is under way. */
  parting: SessionEnd | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why it ends or has ended. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** Aborted when the end begins. */
  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Messages are sent and handled. */
  get open(): boolean {
    return this.#end === undefined && (this.#state === "initializing" || this.#state === "active");
  }

  get closedError(): SessionError {
    const { reason, error } = this.#end ?? this.parting ?? { reason: this.#state };
    return new SessionError("session-closed", `The session ended: ${reason}.`, { cause: error });
  }

  move(next: SessionState): void {
    const previous = this.#state;
    this.#state = move(previous, next);
    this.#options.onMove(next, previous);
  }

  /** False where there is no connection (any more). */
  send(text: string): boolean {
    if (!this.open) return false;
    try {
      this.transport?.sendText(text);
      return true;
    } catch {
      return false; // It has closed; its listener is about to hear of it.
    }
  }

  /** One at a time: the one before is cancelled. */
  alarm(delayMs: number, run: () => void): void {
    this.#cancelAlarm();
    this.#cancelAlarm = this.#options.clock.after(delayMs, run);
  }

  cancelAlarm(): void {
    this.#cancelAlarm();
  }

  /** The peer has agreed to end: it closes; where it does not, we do. */
  awaitClose(end: SessionEnd): void {
    this.parting = end;
    this.move("closing");
    this.alarm(this.#options.closeTimeoutMs, () => void this.finish(end));
  }

  /** We have agreed to end: what was said is flushed, then we close. */
  async flushAndFinish(end: SessionEnd): Promise<void> {
    this.parting = end;
    this.move("closing");
    await this.#within(() => this.transport?.flushed());
    await this.finish(end);
  }

  /** Idempotent. Resolves when nothing is open. */
  finish(end: SessionEnd, closeCode = 1000): Promise<SessionEnd> {
    if (!this.#end) {
      // Once closing, what began it is why the session ended.
      this.#end = (this.#state === "closing" && this.parting) || end;
      void this.#tearDown(this.#end, closeCode);
    }
    return this.ended;
  }

  async #tearDown(end: SessionEnd, closeCode: number): Promise<void> {
    const { onStop, onEnd } = this.#options;
    this.#cancelAlarm();
    if (this.#state !== "closing") this.move("closing");
    const error = this.closedError;
    onStop(error);
    this.#lifetime.abort(error);
    await this.#within(() => this.transport?.close(closeCode, end.reason));
    this.move(end.error === undefined ? "closed" : "failed");
    onEnd(end);
    this.#resolveEnded(end);
  }

  /** Settles with `work`, or when closing may take no longer. Never rejects: a transport that fails is no reason not to end. */
  #within(work: () => Promise<unknown> | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(this.#options.closeTimeoutMs, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      (async () => work())().then(done, done);
    });
  }
}
