import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { build } from "esbuild";
import "./fixture-types.ts";

const origin = "http://localhost:1"; // a secure context; every request to it is answered below
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'";

let script: Promise<string> | undefined;

function fixtureScript(): Promise<string> {
  script ??= build({
    entryPoints: [resolve(import.meta.dirname, "fixture.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    // The build of Lit that warns.
    conditions: ["development"],
    write: false,
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return script;
}

export interface ElementsPage {
  readonly lang?: string;
  readonly dir?: "ltr" | "rtl";
  /** `dark`: the page says that it supports both, and the browser asks for dark. */
  readonly scheme?: "light" | "dark";
}

export type OpenElements = (body: string, options?: ElementsPage) => Promise<void>;

/**
 * `open(body)`: a page that holds `body`, served without a server under a policy that allows no inline style or script.
 * A violation of the policy, any error on the page, or anything that Lit warns of while developing fails the test.
 */
export const test = base.extend<{ open: OpenElements }>({
  open: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || isLitWarning(message.text())) errors.push(message.text());
    });
    await use((body, options) => openElements(page, body, options));
    expect(errors).toEqual([]);
  },
});

/** All but that it is the build that warns. */
const isLitWarning = (text: string): boolean => /lit\.dev\/msg\/(?!dev-mode)/.test(text);

async function openElements(page: Page, body: string, options: ElementsPage = {}): Promise<void> {
  const { lang = "en", dir = "ltr", scheme = "light" } = options;
  const code = await fixtureScript();
  const html = `<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><title>Elements</title>
    <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
    </head><body><main><h1>Elements</h1>${body}</main><script type="module" src="/fixture.js"></script></body></html>`;
  const css = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; } body { margin: 0; padding: 16px;
    background: light-dark(#eef1f6, #0c1017); color: light-dark(#111, #eee); }`;
  const files: Record<string, [string, string]> = {
    "/": ["text/html", html],
    "/page.css": ["text/css", css],
    "/fixture.js": ["text/javascript", code],
  };
  await page.route(`${origin}/**`, (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ["text/plain", ""];
    return route.fulfill({ contentType, body, headers: { "Content-Security-Policy": policy } });
  });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(`${origin}/`);
}

/** Accessible names of the buttons a person can see, in alphabetical order. */
export async function buttonNames(page: Page): Promise<string[]> {
  const snapshot = await page.locator("main").ariaSnapshot();
  return [...snapshot.matchAll(/^\s*- button "([^"]*)"/gm)].map(([, name]) => name ?? "").sort();
}

/** Rules of axe-core that the page breaks, each with the elements concerned. Shadow roots are looked into. `rules`: only these. */
export async function axeViolations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // Once a document: reading its half a million characters is most of the work.
  if (!(await page.evaluate(() => "axe" in window)))
    await page.evaluate(
      `${readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")}; undefined`,
    );
  return page.evaluate(async (rules) => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    // A colour on its way to another one is not what is judged.
    const within = (root: Document | ShadowRoot): Animation[] => [
      ...root.getAnimations(),
      ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
    ];
    const passing = within(document).filter(
      ({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
    );
    await Promise.allSettled(passing.map(({ finished }) => finished));
    const { violations } = await axe.run(rules.length > 0 ? { runOnly: rules } : {});
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, rules);
}
