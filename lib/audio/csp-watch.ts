/** A browser reports what its policy blocks in a task of its own, before or after the failure it causes. */
const REPORT_DELAY_MS = 50;

/** Remembers what the page's Content-Security-Policy blocks while it watches. Page only. */
export class CspWatch {
  readonly #seen: SecurityPolicyViolationEvent[] = [];
  readonly #note = (event: SecurityPolicyViolationEvent): void => {
    this.#seen.push(event);
  };

  constructor() {
    document.addEventListener("securitypolicyviolation", this.#note);
  }

  /** The directive that blocked something, if it is one of `directives` or a `-elem` form of it. Waits a moment for the report. */
  async blocked(...directives: readonly string[]): Promise<string | undefined> {
    const find = () =>
      this.#seen
        .map((event) => event.effectiveDirective)
        .find((seen) => directives.some((directive) => seen.startsWith(directive)));
    if (!find()) await new Promise((resolve) => setTimeout(resolve, REPORT_DELAY_MS));
    return find();
  }

  stop(): void {
    document.removeEventListener("securitypolicyviolation", this.#note);
  }
}
