import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");
const program = resolve(root, "build/browser-support/hub-program.mjs");

const source = `import { createHub } from "./lib/node/index.ts";
const hub = createHub({ port: Number(process.argv[2]), host: "127.0.0.1", allowedOrigins: "*" });
await hub.ready;
console.log(hub.url);`;

/** A hub in a process of its own, to be killed and started again at the same address. */
export class HubProcess {
  #child: ChildProcess | undefined;
  #url = "";

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    await build({
      stdin: { contents: source, resolveDir: root, loader: "ts" },
      outfile: program,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      logLevel: "error",
    });
    const port = this.#url === "" ? "0" : new URL(this.#url).port;
    const child = spawn(process.execPath, [program, port], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.#url = await new Promise<string>((done, fail) => {
      child.once("exit", (code, signal) => fail(new Error(`The hub ended: ${code ?? signal}.`)));
      child.stdout.once("data", (text: Buffer) => done(String(text).trim()));
    });
  }

  /** SIGKILL: it says goodbye to nobody. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await exited;
  }
}
