/** Levels of a call come every 200 ms: about each of their moments there is one. */
const SLACK_MS = 80;

/**
 * Runs something about every `everyMs`, and wakes the page for it only where nothing else does: whoever is awake anyway calls `nudge`. Waking up
 * costs a page more than most of what is done then.
 */
export class Pulse {
  readonly #everyMs: number;
  readonly #run: () => void;
  #ranAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
    this.#wait();
  }

  nudge(): void {
    if (performance.now() - this.#ranAt >= this.#everyMs - SLACK_MS) this.#beat();
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#ranAt = Number.POSITIVE_INFINITY;
  }

  #beat(): void {
    this.#wait();
    this.#run();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#ranAt = performance.now();
    this.#timer = setTimeout(() => this.#beat(), this.#everyMs + SLACK_MS);
  }
}
