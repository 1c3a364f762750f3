import { resolve } from "node:path";
import { buildProgram, ProgramProcess } from "./program-process.ts";
import type { ServerNews } from "./server-program.ts";

/** The program as Node can run it. */
export const buildServerProgram = (): Promise<string> =>
  buildProgram("server-program", { file: resolve(import.meta.dirname, "server-program.ts") });

/** A voice server that can be killed, stopped and started again at the same address. */
export class ServerProcess {
  readonly news: ServerNews[] = [];
  readonly #process: ProgramProcess;

  constructor(program: string) {
    this.#process = new ProgramProcess(program);
  }

  get url(): string {
    return `ws://127.0.0.1:${new URL(this.#process.url).port}/agent`;
  }

  /** Resolves with when it was there, epoch milliseconds. */
  async start(): Promise<number> {
    let listeningAt = 0;
    await this.#process.start((line) => {
      const news = JSON.parse(line) as ServerNews;
      this.news.push(news);
      if (news.type !== "listening") return undefined;
      listeningAt = news.at;
      return news.url;
    });
    return listeningAt;
  }

  of<T extends ServerNews["type"]>(type: T): Extract<ServerNews, { type: T }>[] {
    return this.news.filter((one): one is Extract<ServerNews, { type: T }> => one.type === type);
  }

  /** SIGSTOP: its sockets stay open, and nobody is there. */
  freeze(): void {
    this.#process.freeze();
  }

  thaw(): void {
    this.#process.thaw();
  }

  /** SIGKILL. */
  kill(): Promise<void> {
    return this.#process.kill();
  }
}
