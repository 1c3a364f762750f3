import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright";
import { speaking } from "../browser/support/chromium.ts";
import { microphoneFile } from "../support/speech.ts";
import { makeCall, type PageCall } from "./page-call.ts";
import {
  buildProject,
  type Consumer,
  consumers,
  InstallError,
  install,
  packTarball,
  projectFolder,
} from "./projects.ts";
import { refusals } from "./refusals.ts";
import { openSite, type Site } from "./site.ts";

const help = `npm run test:consumers -- [options]

Packs the package once, installs the tarball into a project for each way of using it (build/consumers), builds that, and makes a call with an
echo agent in Chromium: once with inlined assets, once under a strict Content-Security-Policy with addresses. Then takes one directive after
the other away, and expects the error that names it. Exits with 1 where something failed, and in CI where something was skipped.

  --only NAME[,NAME]  these consumers only: ${consumers.map(({ name }) => name).join(", ")}, refusals
  --help              this text`;

/** Below it something else was heard than what was spoken; the browser's echo cancellation and noise suppression are on. */
const minCorrelation = 0.6;
const microphone = () =>
  microphoneFile({
    text: "Five consumers and a packed tarball walk into a browser, and every one of them calls.",
    seed: 3,
  });

type Outcome = "ok" | "FAIL" | "skip";

const { values } = parseArgs({
  options: { only: { type: "string" }, help: { type: "boolean", default: false } },
});
const names = [...consumers.map(({ name }) => name), "refusals"];
const only = values.only?.split(",") ?? names;
const unknown = only.filter((name) => !names.includes(name));
if (values.help) {
  console.log(help);
} else if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}\n\n${help}`);
  process.exitCode = 2;
} else {
  process.exitCode = await tryAll();
}

async function tryAll(): Promise<number> {
  const startedMs = Date.now();
  console.error("packing …");
  const tarball = await packTarball();
  // The server and the pages of the refusals are those of the script-tag project.
  const wanted = consumers.filter(({ name }) => only.includes(name) || name === "iife");
  console.error(`installing ${wanted.length} projects …`);
  const missing = new Map<string, string>();
  await inPairs(wanted, (consumer) =>
    install(consumer, tarball).catch((error: Error) => {
      if (!(error instanceof InstallError) || consumer.name === "iife") throw error;
      missing.set(consumer.name, error.message);
    }),
  );
  const entry = join(projectFolder({ name: "iife" }), "node_modules/voicebridge/dist/node.js");
  const { createVoiceServer } = (await import(pathToFileURL(entry).href)) as typeof import("../../lib/node/index.ts");
  const folders = Object.fromEntries(
    wanted.map((consumer) => [consumer.name, join(projectFolder(consumer), consumer.served)]),
  );
  const site = await openSite({ folders, createVoiceServer });
  const elsewhere = await openSite({ folders: {}, createVoiceServer });
  const browser = await chromium.launch(speaking(microphone()));
  const counts: Record<Outcome, number> = { ok: 0, FAIL: 0, skip: 0 };
  const tell = (outcome: Outcome, title: string, text: string) => {
    counts[outcome]++;
    console.log(`${outcome.padEnd(5)} ${title.padEnd(30)} ${text}`);
  };
  const attempt = (title: string, work: () => Promise<string>) =>
    work().then(
      (text) => tell("ok", title, text),
      (error: Error) => tell("FAIL", title, error.message),
    );
  try {
    for (const consumer of wanted) {
      const absent = missing.get(consumer.name);
      if (absent !== undefined) tell("skip", consumer.title, absent);
      else if (only.includes(consumer.name)) await attempt(consumer.title, () => use(consumer, browser, site));
      else await buildProject(consumer);
    }
    for (const refusal of only.includes("refusals") ? refusals : []) {
      await attempt(refusal.title, () =>
        withPage(browser, (page) => refusal.expect(page, { site, elsewhere, microphone: microphone(), page: "iife" })),
      );
    }
  } finally {
    await browser.close();
    await Promise.all([site.close(), elsewhere.close()]);
  }
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
  console.log(`\n${counts.ok} passed, ${counts.FAIL} failed, ${counts.skip} skipped in ${seconds} s`);
  return counts.FAIL > 0 || (counts.skip > 0 && process.env["CI"]) ? 1 : 0;
}

/** Builds the consumer, calls from it twice, and says how that went. */
async function use(consumer: Consumer, browser: Browser, site: Site): Promise<string> {
  const said = await buildProject(consumer);
  if (!consumer.pages) return said;
  const calls: string[] = [];
  for (const [mode, page] of Object.entries(consumer.pages)) {
    const policy = mode === "strict" ? "strict" : "open";
    const url = `${site.url}/${policy}/${consumer.name}/${page}`;
    const call = await withPage(browser, (page) => makeCall(page, url, microphone())).catch((error: Error) => {
      throw new Error(`${mode}: ${error.message}`, { cause: error });
    });
    assertGood(mode, call);
    calls.push(`${mode === "strict" ? "strict CSP" : mode} heard ${call.correlation.toFixed(2)}`);
  }
  return [calls.join(", "), scriptSize(consumer), said].filter(Boolean).join("   ");
}

function assertGood(mode: string, { correlation, thread, warnings, violations }: PageCall): void {
  const problems = [
    correlation >= minCorrelation ? "" : `what is heard matches what is said by ${correlation.toFixed(2)} only`,
    thread === "worker" ? "" : `the thread of the socket: ${thread}`,
    ...warnings.map(({ code, message }) => `${code}: ${message}`),
    ...violations.map((violation) => `the policy blocked ${violation}`),
  ].filter(Boolean);
  if (problems.length > 0) throw new Error(`${mode}: ${problems.join("; ")}`);
}

/** What the bundler made of page and package together, with inlined assets. */
function scriptSize(consumer: Consumer): string {
  if (consumer.served !== "dist") return "";
  const folder = join(projectFolder(consumer), "dist");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(main|index|client)[^/]*\.js$/.test(file),
  );
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);
  return `${(bytes / 1024).toFixed(1)} KB gzip`;
}

async function withPage<Result>(
  browser: Browser,
  use: (page: Awaited<ReturnType<Browser["newPage"]>>) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({ permissions: ["microphone"] });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  try {
    const result = await use(page);
    if (errors.length > 0) throw new Error(`the page threw: ${errors.join("; ")}`);
    return result;
  } catch (error) {
    const shown = errors.length > 0 ? ` (the page threw: ${errors.join("; ")})` : "";
    throw new Error(`${(error as Error).message}${shown}`, { cause: error });
  } finally {
    await context.close();
  }
}

/** Two at a time: there are other things to do on this machine. */
async function inPairs<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
