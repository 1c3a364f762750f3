import { VoiceError } from "../voice-error.ts";

/** The other side has so long to talk to the target. */
const transferMs = 45_000;

export const transferFailed = (message: string): VoiceError =>
  new VoiceError("transfer-failed", message, "Go on talking, or try another target.");

/** A transfer that was asked for here, until the other side has gone, or stays. One at a time. */
export class GivenTransfer {
  #settle: { resolve: () => void; reject: (error: VoiceError) => void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get underWay(): boolean {
    return this.#settle !== undefined;
  }

  /** Resolves when the other side has gone; rejects with `transfer-failed`. `late`: it is still here after 45 s. */
  begin(late: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#timer = setTimeout(late, transferMs);
    });
  }

  /** False: there was none. */
  succeed(): boolean {
    const settle = this.#end();
    settle?.resolve();
    return settle !== undefined;
  }

  /** False: there was none. */
  fail(message: string): boolean {
    const settle = this.#end();
    settle?.reject(transferFailed(message));
    return settle !== undefined;
  }

  #end() {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = undefined;
    return settle;
  }
}
