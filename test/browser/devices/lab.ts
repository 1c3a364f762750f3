import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { type Browser, test as base, type Page } from "@playwright/test";
import { build } from "esbuild";
import { launch } from "../audio/browser.ts";

const root = resolve(import.meta.dirname, "../../..");

let script: Promise<string> | undefined;

function pageScript(): Promise<string> {
  script ??= build({
    entryPoints: [resolve(import.meta.dirname, "page.ts")],
    bundle: true,
    format: "iife",
    target: "es2022",
    tsconfig: resolve(root, "tsconfig.json"),
    write: false,
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return script;
}

/** `lab`: an empty page with `devicesLab`, served by itself; nothing is plugged in yet. */
export const test = base.extend<{ lab: Page }, { browserOfLab: { browser: Browser; origin: string } }>({
  browserOfLab: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern.
    async ({}, use) => {
      const code = await pageScript();
      const server = createServer((request, response) => {
        const [type, body] =
          request.url === "/page.js"
            ? ["text/javascript", code]
            : ["text/html", `<!doctype html><title>devices</title><script src="/page.js"></script>`];
        response.writeHead(200, { "content-type": type }).end(body);
      });
      await new Promise<void>((done) => server.listen(0, done));
      const browser = await launch();
      await use({ browser, origin: `http://localhost:${(server.address() as AddressInfo).port}` });
      await browser.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
    { scope: "worker" },
  ],
  lab: async ({ browserOfLab: { browser, origin } }, use) => {
    const context = await browser.newContext({ permissions: ["microphone"] });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(`[page] ${error.stack ?? error.message}`));
    await page.goto(origin);
    await use(page);
    await context.close();
  },
});
