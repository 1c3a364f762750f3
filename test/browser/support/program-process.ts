import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { build, type StdinOptions } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");

/** A program of a file, or of its text, as Node can run it. Returns its path. */
export async function buildProgram(name: string, source: { readonly file: string } | { readonly text: string }) {
  const outfile = resolve(root, `build/browser-support/${name}.mjs`);
  const stdin: StdinOptions | undefined =
    "text" in source ? { contents: source.text, resolveDir: root, loader: "ts" } : undefined;
  await build({
    ...(stdin ? { stdin } : { entryPoints: ["file" in source ? source.file : ""] }),
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

/** A server in a process of its own, to be killed, stopped and started again at the same address. It is given its port, and writes lines. */
export class ProgramProcess {
  readonly #program: string;
  #child: ChildProcess | undefined;
  #url = "";

  /** @param program of `buildProgram`. */
  constructor(program: string) {
    this.#program = program;
  }

  get url(): string {
    return this.#url;
  }

  /** `ready` is told each line, and returns the address when it is known: then this resolves. Rejects where the program ends before that. */
  start(ready: (line: string) => string | undefined): Promise<void> {
    const port = this.#url === "" ? "0" : new URL(this.#url).port;
    const child = spawn(process.execPath, [this.#program, port], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    return new Promise((done, fail) => {
      child.once("exit", (code, signal) => fail(new Error(`The server ended: ${code ?? signal}.`)));
      let rest = "";
      child.stdout.on("data", (text: Buffer) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const url = ready(line);
          if (url === undefined) continue;
          this.#url = url;
          done();
        }
      });
    });
  }

  /** SIGSTOP: its sockets stay open, and nobody is there. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
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
