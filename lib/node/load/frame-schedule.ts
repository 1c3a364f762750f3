/** How much is sent in one turn of the event loop at most, so that what comes back is read as it comes. */
const maxTurn = 64;

/**
 * Sends frames of many calls on one absolute schedule: every call one every `frameMs`, the calls spread evenly over that time, as callers are in
 * life. Times are milliseconds of `performance.now()`.
 */
export class FrameSchedule {
  readonly #calls: number;
  readonly #frameMs: number;
  readonly #startAt: number;
  #sent = 0;

  constructor(calls: number, frameMs: number, startAt: number) {
    this.#calls = calls;
    this.#frameMs = frameMs;
    this.#startAt = startAt;
  }

  /** When the frame after so many others is due. */
  dueAt(sent: number): number {
    const round = Math.floor(sent / this.#calls);
    const phase = (sent % this.#calls) / this.#calls;
    return this.#startAt + (round + phase) * this.#frameMs;
  }

  /** Calls `send` for every frame that is due before `endAt`, as soon as it is; stops when the signal aborts. */
  run(
    endAt: number,
    signal: AbortSignal | undefined,
    send: (call: number, dueAt: number, now: number) => void,
  ): Promise<void> {
    return new Promise((resolve) => {
      const turn = (): void => {
        for (let count = 0; count < maxTurn; count++) {
          const dueAt = this.dueAt(this.#sent);
          if (signal?.aborted || dueAt >= endAt) {
            resolve();
            return;
          }
          const now = performance.now();
          if (dueAt > now) {
            setTimeout(turn, dueAt - now);
            return;
          }
          send(this.#sent % this.#calls, dueAt, now);
          this.#sent++;
        }
        setImmediate(turn);
      };
      turn();
    });
  }
}
