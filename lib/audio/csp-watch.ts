/** A browser reports what its policy blocks in a task of its own, before or after the failure it causes; later on a busy machine. */
const REPORT_DELAY_MS = 500;

/** Remembers what the page's Content-Security-Policy blocks while it watches. Page only. */
export class CspWatch {
  readonly #seen: string[] = [];
  #noted = (): void => {};
  readonly #note = ({ effectiveDirective }: SecurityPolicyViolationEvent): void => {
    this.#seen.push(effectiveDirective);
    this.#noted();
  };

  constructor() {
    document.addEventListener("securitypolicyviolation", this.#note);
  }

  /** The directive that blocked something, if it is one of `directives` or a `-elem` form of it. Waits a moment for the report. */
  async blocked(...directives: readonly string[]): Promise<string | undefined> {
    const find = () => this.#seen.find((seen) => directives.some((directive) => seen.startsWith(directive)));
    if (!find()) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, REPORT_DELAY_MS);
        this.#noted = () => {
          if (!find()) return;
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    return find();
  }

  stop(): void {
    document.removeEventListener("securitypolicyviolation", this.#note);
  }
}

/**
 * The directive that keeps this page from loading `url` as a script, if there is one. Browsers do not report that a policy blocked a worklet
 * script, so the same address is asked for as a preload, which is governed by the same directive, is reported, and runs nothing.
 */
export async function scriptBlocked(url: string): Promise<string | undefined> {
  const watch = new CspWatch();
  const link = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: url });
  try {
    const failed = new Promise<boolean>((resolve) => {
      link.onload = () => resolve(false);
      link.onerror = () => resolve(true);
      setTimeout(() => resolve(true), REPORT_DELAY_MS);
    });
    document.head.append(link);
    return (await failed) ? await watch.blocked("script-src", "default-src") : undefined;
  } finally {
    link.remove();
    watch.stop();
  }
}
