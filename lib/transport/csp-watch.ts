interface ViolationEvent extends Event {
  readonly effectiveDirective: string;
}

/** The event is dispatched to the document of a page, and to the global scope of a Worker. */
const target = (globalThis as { document?: EventTarget }).document ?? (globalThis as unknown as Partial<EventTarget>);

/** A browser reports what its policy blocks in a task of its own, before or after the failure it causes. */
const reportDelayMs = 50;

/** Remembers the directives that blocked something on this thread while it watches. Where there is no policy it never fires. */
export class CspWatch {
  readonly #directives = new Set<string>();

  constructor() {
    target.addEventListener?.("securitypolicyviolation", this.#note);
  }

  /** Whether one of `directives` blocked something. Waits a moment for the report. */
  async blocked(...directives: readonly string[]): Promise<boolean> {
    if (!target.addEventListener) return false;
    const seen = (): boolean => directives.some((directive) => this.#directives.has(directive));
    if (!seen()) await new Promise((resolve) => setTimeout(resolve, reportDelayMs));
    return seen();
  }

  stop(): void {
    target.removeEventListener?.("securitypolicyviolation", this.#note);
  }

  #note = (event: Event): void => {
    this.#directives.add((event as ViolationEvent).effectiveDirective);
  };
}
