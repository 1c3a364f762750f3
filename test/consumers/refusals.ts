import assert from "node:assert/strict";
import type { Page } from "playwright";
import { type CallSetting, failToCall, makeCall } from "./page-call.ts";
import type { Site } from "./site.ts";

export interface RefusalSetting extends CallSetting {
  readonly site: Site;
  /** Another origin, where an echo agent answers as well. */
  readonly elsewhere: Site;
  /** Name of the folder of `site` with `index.html` (inlined assets) and `strict.html` (addresses). */
  readonly page: string;
}

/** A directive that a policy lacks, and what the person (and the developer) must be told then. `expect` returns what was told. */
export interface Refusal {
  readonly title: string;
  expect(page: Page, setting: RefusalSetting): Promise<string>;
}

export const refusals: readonly Refusal[] = [
  {
    title: "without 'wasm-unsafe-eval'",
    async expect(page, { site, page: name }) {
      const { code, message, action } = await failToCall(page, `${site.url}/no-wasm/${name}/strict.html`);
      assert.equal(code, "csp-wasm");
      assert.match(message, /script-src/);
      assert.match(action, /'wasm-unsafe-eval'.*script-src/);
      return `${code}: ${action}`;
    },
  },
  {
    title: "inlined worklet without blob:",
    async expect(page, { site, page: name }) {
      const { code, message, action } = await failToCall(page, `${site.url}/strict/${name}/index.html`);
      assert.equal(code, "csp-worklet");
      assert.match(message, /script-src/);
      assert.match(action, /script-src.*workletUrl/);
      return `${code}: ${message}`;
    },
  },
  {
    title: "without worker-src",
    async expect(page, { site, page: name, ...setting }) {
      const call = await makeCall(page, `${site.url}/no-worker/${name}/strict.html`, setting);
      assert.equal(call.thread, "main");
      const [warning, ...others] = call.warnings;
      assert.equal(others.length, 0);
      assert.equal(warning?.code, "transport-main-thread");
      assert.match(warning.message, /worker-src/);
      return `calls on the main thread, and warns: ${warning.message}`;
    },
  },
  {
    title: "without connect-src for core.wasm",
    async expect(page, { site, page: name }) {
      const { code, message, action } = await failToCall(page, `${site.url}/no-connect/${name}/strict.html`);
      assert.equal(code, "csp-connect");
      assert.match(message, /core\.wasm .*connect-src/);
      assert.match(action, /connect-src/);
      return `${code}: ${message}`;
    },
  },
  {
    title: "without connect-src for the agent",
    async expect(page, { site, elsewhere, page: name }) {
      const address = `${elsewhere.url.replace("http", "ws")}/echo`;
      await page.addInitScript((address) => {
        document.addEventListener("DOMContentLoaded", () =>
          document.querySelector("voice-call")!.setAttribute("src", address),
        );
      }, address);
      const { code, message } = await failToCall(page, `${site.url}/no-socket/${name}/strict.html`);
      assert.equal(code, "csp-connect");
      assert.match(message, /connect-src/);
      assert.ok(message.includes(address), message);
      return `${code}: ${message}`;
    },
  },
];
