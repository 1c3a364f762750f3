import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import type * as voicebridgeNode from "../../../lib/node/index.ts";
import { makeCall } from "../../consumers/page-call.ts";
import { refusals } from "../../consumers/refusals.ts";
import { openSite, type Site } from "../../consumers/site.ts";
import { microphoneFile } from "../../support/speech.ts";
import { speaking } from "../support/chromium.ts";

// The built package as a page without a bundler meets it: dist/ by a script tag, from a server that sends a policy.
const root = resolve(import.meta.dirname, "../../..");
const dist = join(root, "dist");
const pages = join(root, "build/package-pages");
const microphone = microphoneFile({ text: "This call comes from a single script tag.", tailMs: 200, seed: 21 });
test.use({ launchOptions: speaking(microphone) });

let site: Site;
let elsewhere: Site;

test.beforeAll(async () => {
  test.setTimeout(180_000); // dist/ may have to be built
  const { status, stderr } = spawnSync("npm", ["run", "-s", "build"], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm run build failed:\n${stderr}`);
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(pages, { recursive: true });
  const integrity = JSON.parse(readFileSync(join(dist, "integrity.json"), "utf8")) as Record<string, string>;
  for (const name of ["index.html", "strict.html"]) {
    const fixture = readFileSync(join(root, "test/consumers/fixtures/iife", name), "utf8");
    const page = fixture.replaceAll("./node_modules/voicebridge/dist", "../dist");
    writeFileSync(join(pages, name), page.replace("%integrity%", integrity["voicebridge.iife.js"]!));
  }
  const module: typeof voicebridgeNode = await import(pathToFileURL(join(dist, "node.js")).href);
  const { createVoiceServer } = module;
  site = await openSite({ folders: { page: pages, dist }, createVoiceServer });
  elsewhere = await openSite({ folders: {}, createVoiceServer });
});

test.afterAll(() => Promise.all([site?.close(), elsewhere?.close()]));

test("the script tag calls with inlined assets, and its integrity hash is right", async ({ page }) => {
  const call = await makeCall(page, `${site.url}/open/page/index.html`, { microphone });
  expect(call).toMatchObject({ thread: "worker", warnings: [], violations: [] });
});

test("under a strict policy it calls with the addresses of its assets, and nothing is blocked", async ({ page }) => {
  const call = await makeCall(page, `${site.url}/strict/page/strict.html`, { microphone });
  expect(call).toMatchObject({ thread: "worker", warnings: [], violations: [] });
});

for (const refusal of refusals) {
  test(`${refusal.title}, what is told names the directive`, async ({ page }) => {
    await refusal.expect(page, { site, elsewhere, microphone, page: "page" });
  });
}

test("every entry imports in plain Node and leaves nothing behind", () => {
  const script = join(root, "test/consumers/import-entries.mjs");
  const { status, stderr, stdout } = spawnSync(process.execPath, [script], { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^1\d|[2-9]\d entries import/);
});
