import { WebSocket } from "ws";

interface Answer {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

interface Evaluated {
  readonly type: "success" | "exception";
  readonly result?: { readonly type: string; readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

/** One page of a browser that speaks WebDriver BiDi (W3C): as much of it as opening a page and asking it takes. */
export class BidiPage {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;
  #context = "";

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const { id, type, result, error, message } = JSON.parse(String(data)) as Answer;
      const waiting = id === undefined ? undefined : this.#waiting.get(id);
      if (!waiting || id === undefined) return;
      this.#waiting.delete(id);
      if (type === "success") waiting.resolve(result);
      else waiting.reject(new Error(`${error}: ${message}`));
    });
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The browser is gone."));
    });
  }

  /** `url`: where the browser said it listens, `ws://127.0.0.1:…`. */
  static async open(url: string): Promise<BidiPage> {
    const socket = new WebSocket(`${url}/session`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    const page = new BidiPage(socket);
    await page.#send("session.new", { capabilities: {} });
    const { context } = (await page.#send("browsingContext.create", { type: "tab" })) as { context: string };
    page.#context = context;
    return page;
  }

  async goto(url: string): Promise<void> {
    await this.#send("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  /** Runs an expression in the page, as if a person had just clicked; waits for a promise. What comes back is parsed JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const { type, result, exceptionDetails } = (await this.#send("script.evaluate", {
      expression: `(async () => JSON.stringify(await (${expression})))()`,
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    })) as Evaluated;
    if (type === "exception") throw new Error(exceptionDetails?.text ?? "The page threw.");
    return typeof result?.value === "string" ? JSON.parse(result.value) : undefined;
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
