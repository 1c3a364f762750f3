import type { ReactiveController, ReactiveControllerHost } from "lit";

/**
 * The community context protocol: an element asks for a value with a `context-request` event that bubbles to the
 * nearest provider, which answers through the callback, at once and (when subscribed) on every change.
 */
export type Context<Value> = symbol & { readonly __context__?: Value };

export type ContextCallback<Value> = (value: Value, unsubscribe?: () => void) => void;

export class ContextRequestEvent<Value> extends Event {
  constructor(
    readonly context: Context<Value>,
    /** Who asks. Differs from the event's target when the request is sent from another element (`for="id"`). */
    readonly contextTarget: Element,
    readonly callback: ContextCallback<Value>,
    readonly subscribe: boolean,
  ) {
    super("context-request", { bubbles: true, composed: true });
  }
}

/** Dispatched by a provider that has just been connected, so that those who asked before it existed ask again. */
export class ContextProviderEvent extends Event {
  constructor(
    readonly context: Context<unknown>,
    readonly contextTarget: Element,
  ) {
    super("context-provider", { bubbles: true, composed: true });
  }
}

/** Answers requests for one context at its host and tells subscribers of every new value. */
export class ContextProvider<Value> implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #context: Context<Value>;
  readonly #subscribers = new Map<ContextCallback<Value>, () => void>();
  #value: Value;

  constructor(host: ReactiveControllerHost & Element, context: Context<Value>, value: Value) {
    this.#host = host;
    this.#context = context;
    this.#value = value;
    host.addController(this);
    host.addEventListener("context-request", this.#answer);
  }

  get value(): Value {
    return this.#value;
  }

  set value(value: Value) {
    this.#value = value;
    for (const [callback, unsubscribe] of this.#subscribers) callback(value, unsubscribe);
  }

  hostConnected(): void {
    this.#host.dispatchEvent(new ContextProviderEvent(this.#context, this.#host));
  }

  readonly #answer = (event: Event): void => {
    const request = event as ContextRequestEvent<Value>;
    if (request.context !== this.#context || request.contextTarget === this.#host) return;
    request.stopImmediatePropagation();
    const { callback } = request;
    if (!request.subscribe) {
      callback(this.#value);
      return;
    }
    const unsubscribe = () => {
      this.#subscribers.delete(callback);
    };
    this.#subscribers.set(callback, unsubscribe);
    callback(this.#value, unsubscribe);
  };
}
