import { spawn } from "node:child_process";

/** Resolves with standard output; rejects with the end of what was said, where the status is not 0. */
export function runProgram(command: string, words: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const [out, all]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out.push(text);
      all.push(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => all.push(text));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) return resolve(out.join(""));
      reject(new Error(`${command} ${words.join(" ")} ended with ${status}:\n${all.join("").trim().slice(-2000)}`));
    });
  });
}
