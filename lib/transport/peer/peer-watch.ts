import type { PeerState } from "../rtc-transport.ts";

export interface PeerWatchOptions {
  /** Makes an offer with new addresses. */
  readonly restart: () => void;
  /** `interrupted`: nothing comes through for now. `lost`: it did not come back. */
  readonly changed: (state: "connected" | "interrupted" | "lost") => void;
  /** How long a connection that came to a halt may take to come back. */
  readonly giveUpAfterMs: number;
  /** The other side is given this long to do it first. */
  readonly patienceMs: number;
}

/** A halt this short is left to the browser, which asks again by itself (RFC 7675). */
const haltMs = 2000;
/** Between two attempts to find another way. */
const againMs = 4000;

/** Looks on what becomes of a connection, and asks for another way where it has come to a halt. Owns timers until `close`. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  #halted = false;
  #wasConnected = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: PeerWatchOptions) {
    this.#options = options;
  }

  is(state: PeerState): void {
    if (this.#closed) return;
    if (state === "connected") this.#connected();
    else if (state === "closed") this.#lost();
    else if (this.#wasConnected && state === "disconnected") this.#halt(haltMs);
    else if (state === "failed") this.#halt(this.#wasConnected ? 0 : this.#options.patienceMs);
  }

  /** The network is another one: what still seems to be connected may not be. */
  networkChanged(): void {
    if (!this.#closed && this.#wasConnected) this.#options.restart();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#giveUp);
  }

  #connected(): void {
    this.#wasConnected = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#giveUp);
    this.#retry = this.#giveUp = undefined;
    this.#halted = false;
    this.#options.changed("connected");
  }

  #halt(afterMs: number): void {
    this.#giveUp ??= setTimeout(() => this.#lost(), this.#options.giveUpAfterMs);
    if (!this.#halted) {
      this.#halted = true;
      this.#options.changed("interrupted");
    } else if (afterMs > 0) return;
    clearTimeout(this.#retry);
    const again = (): void => {
      this.#options.restart();
      this.#retry = setTimeout(again, againMs);
    };
    this.#retry = setTimeout(again, afterMs + this.#options.patienceMs);
  }

  #lost(): void {
    if (this.#closed) return;
    this.close();
    this.#options.changed("lost");
  }
}
