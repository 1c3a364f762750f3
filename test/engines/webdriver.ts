/** One page of a browser behind a classic WebDriver server (W3C): as much of it as opening a page and asking it takes. */
export class WebDriverPage {
  readonly #session: string;

  private constructor(
    session: string,
    readonly version: string,
  ) {
    this.#session = session;
  }

  /** `url`: of the driver. */
  static async open(url: string, capabilities: object): Promise<WebDriverPage> {
    const { sessionId, capabilities: found } = (await ask("POST", `${url}/session`, {
      capabilities: { alwaysMatch: capabilities },
    })) as {
      sessionId: string;
      capabilities: { readonly browserVersion?: string };
    };
    const page = new WebDriverPage(`${url}/session/${sessionId}`, found.browserVersion ?? "");
    await ask("POST", `${page.#session}/timeouts`, { script: 60_000, pageLoad: 60_000 });
    return page;
  }

  async goto(url: string): Promise<void> {
    await ask("POST", `${this.#session}/url`, { url });
  }

  /** Runs an expression in the page; waits for a promise. What comes back is parsed JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const script = `const done = arguments[0];
      (async () => JSON.stringify({ value: await (${expression}) }))().then(done, (error) => done(JSON.stringify({ error: String(error) })));`;
    const answer = (await ask("POST", `${this.#session}/execute/async`, { script, args: [] })) as string;
    const { value, error } = JSON.parse(answer) as { value?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async close(): Promise<void> {
    await ask("DELETE", this.#session).catch(() => {});
  }
}

async function ask(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${error}: ${message}`);
}
