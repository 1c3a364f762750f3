/** What of the Web Locks API is used; absent in old browsers, and where the page is not secure. */
interface Locks {
  request(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    run: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>;
}

export interface TabLockOptions {
  readonly locks?: Locks | undefined;
  readonly channel?: ((name: string) => BroadcastChannel) | undefined;
}

/** Of all tabs of a site with the same name one has the lock; another one gets it when that one is closed, or gives it up when it is asked. */
export class TabLock {
  readonly #name: string;
  readonly #locks: Locks | undefined;
  readonly #channel: BroadcastChannel | undefined;
  #release: (() => void) | undefined;
  #waiting: AbortController | undefined;
  #closed = false;

  /** @param asked another tab asks for the lock. */
  constructor(name: string, asked: () => void, options: TabLockOptions = {}) {
    this.#name = name;
    const { navigator } = globalThis as { navigator?: { locks?: Locks } };
    this.#locks = options.locks ?? navigator?.locks;
    const make = options.channel ?? ((channel) => new BroadcastChannel(channel));
    this.#channel = this.#locks && make(name);
    if (this.#channel) {
      this.#channel.onmessage = ({ data }) => {
        if (data === "ask" && this.#release) asked();
      };
    }
  }

  /** Whether this tab has it now. Without Web Locks every tab does. */
  async tryNow(): Promise<boolean> {
    if (!this.#locks || this.#release) return true;
    return new Promise((resolve, reject) => {
      this.#locks
        ?.request(this.#name, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock ? this.#keep() : undefined;
        })
        .catch(reject);
    });
  }

  /** Resolves when this tab has it. Rejects after `close`. */
  async wait(): Promise<void> {
    if (!this.#locks || this.#release) return;
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    await new Promise<void>((resolve, reject) => {
      this.#locks
        ?.request(this.#name, { signal: waiting.signal }, () => {
          resolve();
          return this.#keep();
        })
        .catch(reject);
    });
  }

  /** Asks the tab that has it to give it up. */
  ask(): void {
    this.#channel?.postMessage("ask");
  }

  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#waiting?.abort();
    this.release();
    this.#channel?.close();
  }

  #keep(): Promise<void> | undefined {
    if (this.#closed) return undefined; // it was on its way: given back at once
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }
}
