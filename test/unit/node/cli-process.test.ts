import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { afterwards } from "./server-rig.ts";
import { until } from "./voice-side.ts";

const root = resolve(import.meta.dirname, "../../..");
const place = join(root, "build/test-cli");
const program = join(place, "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "voicebridge-process-"));

beforeAll(async () => {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ type: "module", version: "7.8.9" }));
  await build({
    absWorkingDir: root,
    entryPoints: { cli: "lib/node/cli/main.ts" },
    outdir: join(place, "dist"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    packages: "external",
    external: ["node:*"],
    logLevel: "error",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

function run(...words: string[]): Running {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    out += data;
  });
  child.stderr.on("data", (data: Buffer) => {
    err += data;
  });
  const exit = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once("close", (code, signal) => done(code ?? signal));
  });
  afterwards(() => child.kill("SIGKILL"));
  return { child, out: () => out, err: () => err, exit };
}

describe("the program voicebridge", () => {
  it("serves, is called, and ends in good order on SIGTERM", async () => {
    const server = run("serve", "--port", "0", "--drain", "30", "--trace", folder);
    await until(() => server.out().includes("\n"), "the server", 30_000);
    const url = server.out().trim();
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/echo$/);
    const call = run("call", url, "--tone", "440", "--json");
    await until(() => call.err().includes("connected"), "the call", 30_000);
    server.child.kill("SIGTERM");
    await until(() => server.err().includes('"draining"'), "the drain", 30_000);
    call.child.kill("SIGINT");
    expect(await call.exit).toBe(0);
    expect(JSON.parse(call.out())).toMatchObject({ by: "local" });
    expect(await server.exit).toBe(0);
  });

  it("tells its version, and ends with 2 when it is called wrongly", async () => {
    const version = run("--version");
    expect([await version.exit, version.out()]).toEqual([0, "7.8.9\n"]);
    const wrong = run("call");
    expect([await wrong.exit, wrong.out()]).toEqual([2, ""]);
  });

  it("does not mind who stops reading it", async () => {
    const trace = join(folder, "long.jsonl");
    const note = '{"t":1,"type":"note","name":"again"}\n';
    writeFileSync(trace, `{"type":"trace","version":1,"startedAt":0,"audio":false}\n${note.repeat(50_000)}`);
    const inspect = run("inspect", trace);
    inspect.child.stdout!.once("data", () => inspect.child.stdout!.destroy());
    expect([await inspect.exit, inspect.err()]).toEqual([0, ""]);
  });
});
