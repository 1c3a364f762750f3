const shown = 200;

/** Writes the `voice-*` events of an element into a list, newest last. */
export class EventLog {
  #count = 0;

  constructor(
    private readonly list: HTMLElement,
    private readonly counter: HTMLElement,
  ) {}

  watch(element: EventTarget, types: readonly string[]): void {
    for (const type of types) {
      element.addEventListener(type, (event) => this.add(type, (event as CustomEvent<unknown>).detail));
    }
  }

  add(type: string, detail: unknown): void {
    const item = document.createElement("li");
    item.dataset.event = type;
    const time = document.createElement("time");
    time.textContent = new Date().toISOString().slice(11, 23);
    const name = document.createElement("b");
    name.textContent = type;
    const text = document.createElement("code");
    text.textContent = detail === null ? "" : JSON.stringify(detail, readable);
    item.append(time, " ", name, " ", text);
    this.list.append(item);
    while (this.list.childElementCount > shown) this.list.firstElementChild?.remove();
    this.list.scrollTop = this.list.scrollHeight;
    this.#count++;
    this.counter.textContent = String(this.#count);
  }
}

/** Errors have no enumerable fields of their own. */
function readable(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { code, action } = value as Error & { code?: unknown; action?: unknown };
  return { code, message: value.message, action };
}
