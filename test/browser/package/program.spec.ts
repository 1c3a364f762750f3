import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { placeCall } from "../../../lib/node/index.ts";

// The program of the package, from nothing but the files that are published: as `npx voicebridge serve` runs them.
const root = resolve(import.meta.dirname, "../../..");
const place = join(root, "build/packed-program");

let server: ChildProcess;
let said = "";

test.beforeAll(async () => {
  test.setTimeout(180_000); // dist/ may have to be built
  execFileSync("npm", ["run", "-s", "build"], { cwd: root });
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", place], { cwd: root, stdio: "ignore" });
  const [tarball] = readdirSync(place);
  execFileSync("tar", ["-xzf", tarball!], { cwd: place });
  server = spawn(process.execPath, ["package/dist/cli.js", "serve", "--port", "0"], { cwd: place });
  server.stdout!.on("data", (data: Buffer) => {
    said += data;
  });
  await expect.poll(() => said.trim().split("\n").length, { timeout: 30_000 }).toBe(3);
});

test.afterAll(() => void server?.kill("SIGKILL"));

/** Calls an agent and listens until `enough` bytes that are not silence have come. */
async function hear(url: string, enough: number, press = ""): Promise<number> {
  const caller = await placeCall({ url, codecs: ["L16/8000/1"] });
  const pressing = caller.press(press);
  let loudBytes = 0;
  const deadline = setTimeout(() => void caller.hangUp("heard nothing"), 30_000);
  for await (const frame of caller.audio) {
    const samples = new Int16Array(frame.slice().buffer);
    if (samples.some((sample) => Math.abs(sample) > 1000)) loudBytes += frame.byteLength;
    if (loudBytes >= enough) break;
  }
  clearTimeout(deadline);
  await pressing;
  await caller.hangUp();
  return loudBytes;
}

test("serves the three demo agents, and their prompts are in the package", async () => {
  const urls = said.trim().split("\n");
  expect(urls.map((url) => new URL(url).pathname)).toEqual(["/echo", "/ivr", "/talker"]);
  const [echo, ivr, talker] = urls as [string, string, string];
  expect(await hear(ivr, 8000)).toBeGreaterThanOrEqual(8000); // half a second of the menu
  expect(await hear(talker, 16_000)).toBeGreaterThanOrEqual(16_000);
  const caller = await placeCall({ url: echo, codecs: ["L16/8000/1"] });
  const sound = Buffer.alloc(320, "nothing but this");
  caller.output.send(sound);
  for await (const frame of caller.audio) {
    expect(Buffer.from(frame).equals(sound)).toBe(true);
    break;
  }
  await caller.hangUp();
});

test("ends in good order on SIGTERM", async () => {
  const exited = new Promise((done) => server.once("exit", (code, signal) => done(code ?? signal)));
  server.kill("SIGTERM");
  expect(await exited).toBe(0);
});
