import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { Program } from "./programs.ts";

export interface GoOptions {
  readonly role: "application" | "voice";
  /** What the voice side dials. */
  readonly url?: string;
  readonly profiles?: readonly string[];
  readonly token?: string;
  readonly refuse?: boolean;
}

/** The error of an answer, as the Go program saw it on the wire. Code 0: there was none, and the message is the program's own. */
export class GoRefusal extends Error {
  override readonly name = "GoRefusal";
  constructor(
    readonly code: number,
    message: string,
    readonly any: unknown,
  ) {
    super(message);
  }
}

interface Line {
  readonly event?: string;
  readonly data?: unknown;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly any?: unknown };
}

const patienceMs = 30_000;

/** A running Go program: what it says happened, in order and each thing once, and commands to it. Ends with its test. */
export class GoPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #events: Line[] = [];
  readonly #answers = new Map<number, (line: Line) => void>();
  #log = "";
  #lastId = 0;
  #wake: () => void = () => {};

  private constructor(path: string, words: readonly string[]) {
    this.#process = spawn(path, words);
    this.#process.stderr.on("data", (text) => {
      this.#log += text;
    });
    createInterface(this.#process.stdout).on("line", (text) => this.#hear(text));
  }

  static start({ path, broken }: Program, options: GoOptions): GoPeer {
    if (!path) throw new Error(broken ?? "There is no such program.");
    const { role, url, profiles = [], token, refuse } = options;
    const go = new GoPeer(path, [
      `-role=${role}`,
      ...(url === undefined ? [] : [`-url=${url}`]),
      ...(profiles.length > 0 ? [`-profiles=${profiles.join()}`] : []),
      ...(token === undefined ? [] : [`-token=${token}`]),
      ...(refuse ? ["-refuse"] : []),
    ]);
    onTestFinished(() => void go.#process.kill("SIGKILL"));
    return go;
  }

  /** The next event of this name that was not asked for yet; waits for it. */
  async next<T = unknown>(event: string): Promise<T> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const at = this.#events.findIndex((line) => line.event === event);
      if (at >= 0) return this.#events.splice(at, 1)[0]?.data as T;
      const failed = this.#events.find((line) => line.event === "failed");
      const restMs = deadline - Date.now();
      if (failed || restMs <= 0) throw new Error(`No "${event}" from Go. ${String(failed?.data ?? "")}\n${this.#log}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  request<T = unknown>(method: string, params: unknown = {}): Promise<T> {
    return this.#do("request", { method, params });
  }

  emit(event: string, data: unknown): Promise<void> {
    return this.#do("emit", { method: event, params: data });
  }

  /** Plays sound to the other side. */
  speak(bytes: Uint8Array): Promise<void> {
    return this.#do("speak", { bytes: Buffer.from(bytes).toString("base64") });
  }

  /** Reads what it receives from here on; before, it queues. */
  listen(): Promise<void> {
    return this.#do("listen");
  }

  async heard(): Promise<Buffer> {
    return Buffer.from(await this.#do<string>("heard"), "base64");
  }

  press(digit: string): Promise<void> {
    return this.#do("press", { text: digit });
  }

  /** The caller hangs up. */
  hangUp(reason: string): Promise<void> {
    return this.#do("hangup", { text: reason });
  }

  terminate(reason: string): Promise<void> {
    return this.#do("terminate", { text: reason });
  }

  /** Ends the session without a word in the protocol. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  close(): Promise<void> {
    return this.#do("close");
  }

  #do<T>(name: string, fields: object = {}): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Go did not answer "${name}".\n${this.#log}`)), patienceMs);
      this.#answers.set(id, ({ result, error }) => {
        clearTimeout(timer);
        if (error) reject(new GoRefusal(error.code, error.message, error.any));
        else resolve(result as T);
      });
      this.#process.stdin.write(`${JSON.stringify({ id, do: name, ...fields })}\n`);
    });
  }

  #hear(text: string): void {
    if (!text.startsWith("{")) {
      this.#log += `${text}\n`; // the modules print, too
      return;
    }
    const line = JSON.parse(text) as Line;
    if (line.id !== undefined) {
      this.#answers.get(line.id)?.(line);
      this.#answers.delete(line.id);
    } else {
      this.#events.push(line);
      this.#wake();
    }
  }
}
