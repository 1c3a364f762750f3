import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { sitePages } from "../../../demo/generate/pages.ts";
import { policy } from "../../../demo/recipes/strict-csp/policy.ts";
import { createVoiceServer, type VoiceServer } from "../../../lib/node/index.ts";

const root = resolve(import.meta.dirname, "../../..");
const pages = join(root, "build/site/pages");
const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
let http: Server;
let voice: VoiceServer;
let origin = "";

test.beforeAll(async () => {
  test.setTimeout(180_000);
  const { status, stderr } = spawnSync(process.execPath, ["demo/build.mjs"], { cwd: root, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  http = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(pages, path.endsWith("/") ? `${path}index.html` : path);
    const contents = await readFile(file).catch(() => undefined);
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
    response.writeHead(contents ? 200 : 404).end(contents);
  });
  voice = createVoiceServer({
    server: http,
    path: (path) => path.startsWith("/rtvbp/"),
    allowedOrigins: "same-host",
    onCall: async (call) => {
      for await (const frame of call.audio) call.output.send(frame);
    },
  });
  await new Promise<void>((done) => http.listen(0, "localhost", done));
  origin = `http://localhost:${(http.address() as AddressInfo).port}`;
});
test.afterAll(async () => {
  await voice?.close({ deadlineMs: 100 });
  http?.closeAllConnections();
  http?.close();
});

test("the built site breaks nothing of a strict policy on any page", async ({ page }) => {
  test.setTimeout(180_000);
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => message.type() === "error" && problems.push(`${page.url()} ${message.text()}`));
  for (const { path } of sitePages()) {
    await page.goto(`${origin}${path}`);
    await expect(page.locator("main h1")).toBeVisible();
  }
  expect(problems).toEqual([]);
});

for (const path of ["/", "/elements/voice-captions/", "/recipes/push-to-talk/", "/recipes/react/"]) {
  test(`a call from ${path} of the built site, under a strict policy`, async ({ page }) => {
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`${origin}${path}`);
    const call = page.locator("voice-call").first();
    await call.getByRole("button", { name: "Start call" }).click();
    await expect(call).toContainText("Connected");
    const thread = () =>
      call.evaluate(async (element: HTMLElementTagNameMap["voice-call"]) => {
        const { transport } = (await element.call?.stats()) ?? {};
        return transport && transport.receivedFrames > 0 ? transport.thread : undefined;
      });
    await expect.poll(thread).toBe("worker");
    await call.getByRole("button", { name: "Hang up" }).click();
    await expect(call).toContainText("You ended the call");
    expect(problems).toEqual([]);
  });
}
