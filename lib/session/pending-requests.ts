import type { Frame } from "../protocol/index.ts";
import type { TextMessage } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import { SessionError } from "./errors.ts";

export type ResponseFrame = Extract<Frame, { response: string }>;

export interface WaitOptions<T> {
  readonly method: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /**
   * Makes the answer of the response, in the same turn as it arrived: what follows it on the wire has not been looked
   * at.
   */
  readonly accept: (frame: ResponseFrame, message: TextMessage) => T;
}

interface Waiting {
  answer(frame: ResponseFrame, message: TextMessage): void;
  fail(error: unknown): void;
}

/** Our requests that have no answer yet. Each is settled once: by its answer, its time-out, its signal, or the end. */
export class PendingRequests {
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#waiting.size;
  }

  wait<T>(id: string, { method, timeoutMs, signal, accept }: WaitOptions<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(id);
        cancelTimeout();
        signal?.removeEventListener("abort", abort);
      };
      const fail = (error: unknown): void => {
        done();
        reject(error);
      };
      const abort = (): void =>
        fail(new SessionError("session-aborted", `${method} was aborted.`, { cause: signal?.reason }));
      const cancelTimeout = this.clock.after(timeoutMs, () =>
        fail(new SessionError("session-timeout", `${method} was not answered within ${timeoutMs} ms.`)),
      );
      const answer = (frame: ResponseFrame, message: TextMessage): void => {
        done();
        try {
          resolve(accept(frame, message));
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.set(id, { answer, fail });
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort);
    });
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** False where nobody waits for it: unknown, late, or a second answer. */
  answer(frame: ResponseFrame, message: TextMessage): boolean {
    const waiting = this.#waiting.get(frame.response);
    waiting?.answer(frame, message);
    return waiting !== undefined;
  }

  fail(id: string, error: unknown): void {
    this.#waiting.get(id)?.fail(error);
  }

  failAll(error: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.fail(error);
  }
}
