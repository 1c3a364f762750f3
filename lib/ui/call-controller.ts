import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type CallScope, callScope } from "./call-scope.ts";
import type { CallEventType, CallView } from "./call-view.ts";
import { type ContextProviderEvent, ContextRequestEvent } from "./context.ts";

/** An element that shows a call: its own `call` wins, then the element named by `for`, then the nearest provider. */
export interface CallHost extends ReactiveControllerHost, Element {
  readonly call: CallView | undefined;
  readonly for: string | undefined;
}

/** When a `CallController` has its element rendered again. */
export interface CallControllerOptions {
  /** Events of the call after which the host renders again. */
  readonly events: readonly CallEventType[];
  /** Runs before that render. */
  onEvent?(event: Event): void;
  /** The host shows another call from now on (or none). Runs before the render. */
  onCall?(call: CallView | undefined): void;
}

/** Finds the call of an element, listens to it while the element is connected, and releases it afterwards. */
export class CallController implements ReactiveController {
  readonly #host: CallHost;
  readonly #options: CallControllerOptions;
  #connected = false;
  #for: string | undefined;
  #scope: CallScope | undefined;
  #unsubscribe: (() => void) | undefined;
  #call: CallView | undefined;

  constructor(host: CallHost, options: CallControllerOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get call(): CallView | undefined {
    return this.#call;
  }

  get scope(): CallScope | undefined {
    return this.#scope;
  }

  hostConnected(): void {
    this.#connected = true;
    this.#host.ownerDocument.addEventListener("context-provider", this.#providerAppeared);
    this.#ask();
    this.#follow();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#host.ownerDocument.removeEventListener("context-provider", this.#providerAppeared);
    this.#leave();
    this.#listen(false);
  }

  hostUpdate(): void {
    if (!this.#connected) return;
    if (this.#host.for !== this.#for) {
      this.#leave();
      this.#ask();
    }
    this.#follow();
  }

  #ask(): void {
    this.#for = this.#host.for;
    const root = this.#host.getRootNode() as Document | ShadowRoot;
    const from = this.#for === undefined ? this.#host : root.getElementById?.(this.#for);
    from?.dispatchEvent(new ContextRequestEvent(callScope, this.#host, this.#receive, true));
  }

  #leave(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#scope = undefined;
  }

  readonly #receive = (scope: CallScope, unsubscribe?: () => void): void => {
    if (unsubscribe !== this.#unsubscribe) this.#unsubscribe?.();
    this.#unsubscribe = unsubscribe;
    this.#scope = scope;
    this.#follow(); // at once: the first events of a new call come before the next render
    this.#host.requestUpdate();
  };

  readonly #providerAppeared = (event: Event): void => {
    const provider = event as ContextProviderEvent;
    if (provider.context === callScope && provider.contextTarget !== this.#host) this.#ask();
  };

  #follow(): void {
    const call = this.#host.call ?? this.#scope?.call;
    if (call === this.#call) {
      this.#listen(true);
      return;
    }
    this.#listen(false);
    this.#call = call;
    this.#listen(true);
    this.#options.onCall?.(call);
    this.#host.requestUpdate();
  }

  /** Adding a listener twice, or removing one that is not there, does nothing. */
  #listen(on: boolean): void {
    for (const type of this.#options.events) {
      if (on) this.#call?.addEventListener(type, this.#changed);
      else this.#call?.removeEventListener(type, this.#changed);
    }
  }

  readonly #changed = (event: Event): void => {
    this.#options.onEvent?.(event);
    this.#host.requestUpdate();
  };
}
