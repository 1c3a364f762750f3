import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { buildProgram } from "../../browser/support/program-process.ts";
import { afterwards } from "../node/server-rig.ts";
import { until } from "../node/voice-side.ts";

export const root = resolve(import.meta.dirname, "../../..");
const text = readFileSync(join(root, "lib/node/GUIDE.md"), "utf8");

/** The blocks of the guide in this language, in order. A program begins with a comment that names it. */
export function blocks(language: string): { readonly name: string | undefined; readonly text: string }[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , block = ""]) => ({ name: /^\/\/ ([\w-]+)\.ts\n/.exec(block)?.[1], text: block }));
}

/** An empty folder for what the tests of the guide write. */
export function place(name: string): string {
  const folder = join(root, "build/guide", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** What the compiler has to say about the programs in a folder, and what they take for granted; nothing is fine. */
export function typeErrors(folder: string, given: string): string {
  writeFileSync(join(folder, "given.d.ts"), `${given}\nexport {};\n`);
  const compilerOptions = { types: ["node"], noEmit: true };
  const config = { extends: "../../../tsconfig.json", include: ["."], exclude: [], compilerOptions };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { status, stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  return status === 0 ? stdout : stdout || `tsc ended with ${status}`;
}

/** A program of the guide as Node can run it. `whose`: tests that run at the same time have one each. */
export async function bundleProgram(name: string, whose: string): Promise<string> {
  const program = blocks("ts").find((block) => block.name === name);
  if (!program) throw new Error(`The guide has no ${name}.ts.`);
  return buildProgram(`guide/${whose}/${name}`, { text: program.text });
}

export interface Program {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

/** Killed after the test, where it still runs. */
export function run(command: string, words: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      said += data;
    });
  }
  const exit = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once("error", () => done(null));
    child.once("close", (code, signal) => done(code ?? signal));
  });
  afterwards(() => child.kill("SIGKILL"));
  return { child, said: () => said, exit };
}

export const token = "s3cret-of-the-guide";

/** The endpoint of the guide, listening; `port` 0: any that is free. */
export async function startEndpoint(program: string, port = 0): Promise<Program & { readonly url: string }> {
  const endpoint = run(process.execPath, [program], { PORT: String(port), VOICE_TOKEN: token });
  await until(() => /answering at ws\S+/.test(endpoint.said()), `the endpoint: ${endpoint.said()}`, 30_000);
  return { ...endpoint, url: /answering at (ws\S+)/.exec(endpoint.said())![1]! };
}

/** A port that nobody listens on, a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
