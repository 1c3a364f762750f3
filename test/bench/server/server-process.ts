import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** How a server under test is started. */
export interface ServerProgram {
  readonly name: string;
  readonly command: string;
  readonly words: readonly string[];
}

/** A server under test, in a process of its own. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start({ name, command, words }: ServerProgram): Promise<ServerProcess> {
    const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
    });
    return new ServerProcess(child, (JSON.parse(line) as { url: string }).url);
  }

  /** Memory of the process, kilobytes. */
  residentKb(): number {
    const { pid } = this.#child;
    if (process.platform === "linux") {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    }
    return Number(spawnSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" }).stdout);
  }

  /** Processor time it has used, milliseconds, where the system tells (Linux). */
  cpuMs(): number | undefined {
    if (process.platform !== "linux") return undefined;
    // proc(5): behind the name in brackets, fields 14 and 15 are user and system time in hundredths of a second.
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin!.end();
    const stubborn = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await exited;
    clearTimeout(stubborn);
  }
}
