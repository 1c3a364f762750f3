import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type CallView, phaseOf } from "../call-view.ts";

const underWay = (call: CallView | undefined) => phaseOf(call) === "starting" || phaseOf(call) === "live";

/** The calls an element made itself: one at a time, and none left behind when the element is gone. */
export class CallOwner implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #own: CallView | undefined;
  #starting: Promise<void> | undefined;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  /**
   * Starts `shown`, or a call made by `create` where there is none or it is over; `show` runs before anything happens
   * to it. Joins a start that is under way; does nothing while a call is.
   */
  start(shown: CallView | undefined, create: () => CallView, show: (call: CallView) => void): Promise<void> {
    if (this.#starting !== undefined) return this.#starting;
    if (underWay(shown)) return Promise.resolve();
    let call = shown;
    if (call === undefined || phaseOf(call) === "over") {
      call = create();
      this.#own = call;
      show(call);
    }
    const starting = call.start().finally(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    this.#starting = starting;
    return starting;
  }

  /** The element shows `call` from now on; one of our own that it showed before must not go on unseen. */
  shows(call: CallView | undefined): void {
    if (this.#own !== call) this.#release();
  }

  /** An element that is only moved is connected again within the same task. */
  hostDisconnected(): void {
    setTimeout(() => {
      if (!this.#host.isConnected) this.#release();
    });
  }

  #release(): void {
    const own = this.#own;
    this.#own = undefined;
    this.#starting = undefined;
    // Nobody is left to tell; the call itself still reports its end.
    if (own !== undefined && underWay(own)) own.hangUp().catch(() => {});
  }
}
