import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "esbuild";
import type { ServerNews } from "./server-program.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The program as Node can run it. */
export async function buildServerProgram(): Promise<string> {
  const outfile = resolve(root, "build/browser-support/server-program.mjs");
  await mkdir(resolve(outfile, ".."), { recursive: true });
  await build({
    entryPoints: [resolve(import.meta.dirname, "server-program.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

/** A voice server that can be killed, stopped and started again at the same address. */
export class ServerProcess {
  readonly news: ServerNews[] = [];
  readonly #program: string;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(program: string) {
    this.#program = program;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/agent`;
  }

  /** Resolves with when it was there, epoch milliseconds. */
  async start(): Promise<number> {
    const child = spawn(process.execPath, [this.#program, String(this.#port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    return new Promise((done, fail) => {
      child.once("exit", (code, signal) => fail(new Error(`The server ended: ${code ?? signal}.`)));
      let rest = "";
      child.stdout?.on("data", (text: Buffer) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const news = JSON.parse(line) as ServerNews;
          this.news.push(news);
          if (news.type !== "listening") continue;
          this.#port = Number(new URL(news.url).port);
          done(news.at);
        }
      });
    });
  }

  of<T extends ServerNews["type"]>(type: T): Extract<ServerNews, { type: T }>[] {
    return this.news.filter((one): one is Extract<ServerNews, { type: T }> => one.type === type);
  }

  /** SIGSTOP: its sockets stay open, and nobody is there. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await exited;
  }
}
