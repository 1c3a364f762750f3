const askMs = 3000;
/** Asked again before they expire. */
const spareMs = 60_000;

/** The hub's STUN and TURN servers, asked for when they are needed and kept while they are good. */
export class IceServers {
  readonly #ask: () => void;
  #known: { readonly servers: readonly RTCIceServer[]; readonly until: number } | undefined;
  #asking: Promise<void> | undefined;
  #answered: (() => void) | undefined;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** The hub's answer. */
  take(servers: readonly RTCIceServer[], ttlSeconds: number): void {
    this.#known = { servers, until: Date.now() + ttlSeconds * 1000 - spareMs };
    this.#answered?.();
  }

  /** What is known, where the hub does not answer in time. */
  async get(): Promise<readonly RTCIceServer[]> {
    if (this.#known && Date.now() < this.#known.until) return this.#known.servers;
    this.#asking ??= new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#asking = this.#answered = undefined;
        resolve();
      };
      const timer = setTimeout(done, askMs);
      this.#answered = done;
      this.#ask();
    });
    await this.#asking;
    return this.#known?.servers ?? [];
  }
}
