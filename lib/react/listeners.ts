type Handler = (event: Event) => void;

/** The handlers of one element, exchanged at every render without being registered again. */
export class Listeners implements EventListenerObject {
  readonly #element: EventTarget;
  #handlers: ReadonlyMap<string, unknown> = new Map();

  constructor(element: EventTarget) {
    this.#element = element;
  }

  /** From now on these, by the type of the event; what is not a function hears nothing. */
  follow(handlers: ReadonlyMap<string, unknown>): void {
    for (const type of this.#handlers.keys()) if (!handlers.has(type)) this.#element.removeEventListener(type, this);
    for (const type of handlers.keys()) if (!this.#handlers.has(type)) this.#element.addEventListener(type, this);
    this.#handlers = handlers;
  }

  handleEvent(event: Event): void {
    const handler = this.#handlers.get(event.type);
    if (typeof handler === "function") (handler as Handler)(event);
  }
}

/** `onVoiceCallRequest` is `voice-call-request`; undefined for what is no handler of ours. */
export function eventOf(prop: string): string | undefined {
  if (!/^onVoice[A-Z]/.test(prop)) return undefined;
  return prop.slice(2).replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`);
}
