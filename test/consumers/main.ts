import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright";
import { speaking } from "../browser/support/chromium.ts";
import { microphoneFile } from "../support/speech.ts";
import { Comparer } from "./comparer.ts";
import { type Consumer, consumers } from "./consumers.ts";
import { installPackages, packTarball, RegistryError, writeLocks } from "./install.ts";
import { type CallSetting, makeCall, type PageCall } from "./page-call.ts";
import { buildProject, servedFolder, workshop } from "./project.ts";
import { refusals } from "./refusals.ts";
import { openSite, type Site } from "./site.ts";

const help = `npm run test:consumers -- [options]

Packs the package once, installs the tarball beside bundlers and frameworks (build/consumers; versions: test/consumers/package-lock.json), builds a
project for each way of using it, and makes a call with an echo agent in Chromium: once with inlined assets, once under a strict
Content-Security-Policy with addresses. Then takes one directive after the other away, and expects the error that names it. Exits with 1 where
something failed; where the registry does not answer it says so, and exits with 0.

  --only NAME[,NAME]  these consumers only: ${consumers.map(({ name }) => name).join(", ")}, refusals
  --lock              makes the lock files anew, and nothing else
  --help              this text`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    lock: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const names = [...consumers.map(({ name }) => name), "refusals"];
const only = values.only?.split(",") ?? names;
const unknown = only.filter((name) => !names.includes(name));
if (values.help) {
  console.log(help);
} else if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}\n\n${help}`);
  process.exitCode = 2;
} else if (values.lock) {
  await packTarball();
  await writeLocks();
} else {
  process.exitCode = await tryAll();
}

interface Trial {
  readonly title: string;
  run(): Promise<string>;
}

interface Built {
  readonly seconds: string;
  readonly result: PromiseSettledResult<string>;
}

async function tryAll(): Promise<number> {
  const seconds = stopwatch();
  try {
    const packing = stopwatch();
    await packTarball();
    const installing = stopwatch();
    const packedIn = packing();
    await installPackages();
    console.log(`packed in ${packedIn}, installed in ${installing()}`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    console.error(`\nSKIPPED: no consumer was tried, the registry does not answer.\n${error.message}`);
    return 0;
  }
  // The server and the pages of the refusals are those of the script-tag project.
  const wanted = consumers.filter(({ name }) => only.includes(name) || name === "iife");
  const building = stopwatch();
  const builds = new Map<Consumer, Built>();
  await inPairs(wanted, async (consumer) => {
    const seconds = stopwatch();
    const [result] = await Promise.allSettled([buildProject(consumer)]);
    builds.set(consumer, { seconds: seconds(), result });
  });
  console.log(`built in ${building()}\n`);

  const entry = join(workshop, "node_modules/voicebridge/dist/node.js");
  const { createVoiceServer } = (await import(pathToFileURL(entry).href)) as typeof import("../../lib/node/index.ts");
  const folders = Object.fromEntries(wanted.map((consumer) => [consumer.name, servedFolder(consumer)]));
  const [site, elsewhere] = await Promise.all([
    openSite({ folders, createVoiceServer }),
    openSite({ folders: {}, createVoiceServer }),
  ]);
  const microphone = microphoneFile({
    text: "Five consumers and a packed tarball walk into a browser, and every one of them calls.",
    seed: 3,
  });
  const browser = await chromium.launch(speaking(microphone));
  const comparer = new Comparer(join(workshop, "hearing-worker.mjs"));
  const setting: CallSetting = { microphone, correlation: (heard, file) => comparer.correlation(heard, file) };
  const counts = { ok: 0, FAIL: 0 };
  const tell = (outcome: keyof typeof counts, title: string, lasted: string, text: string) => {
    counts[outcome]++;
    console.log(`${outcome.padEnd(5)} ${title.padEnd(32)} ${lasted.padStart(7)}  ${text}`);
  };
  const visit = { browser, site, setting };
  const trials: Trial[] = [
    ...wanted
      .filter(({ name }) => only.includes(name))
      .map((consumer) => ({ title: consumer.title, run: () => callFrom(consumer, builds.get(consumer)!, visit) })),
    ...(only.includes("refusals") ? refusals : []).map(({ title, expect }) => ({
      title,
      run: () => withPage(browser, (page) => expect(page, { site, elsewhere, page: "iife", ...setting })),
    })),
  ];
  try {
    await inPairs(trials, async ({ title, run }) => {
      const lasting = stopwatch();
      await run().then(
        (text) => tell("ok", title, lasting(), text),
        (error: Error) => tell("FAIL", title, lasting(), error.message),
      );
    });
  } finally {
    await browser.close();
    await Promise.all([site.close(), elsewhere.close(), comparer.close()]);
  }
  console.log(`\n${counts.ok} passed, ${counts.FAIL} failed in ${seconds()}`);
  return counts.FAIL > 0 ? 1 : 0;
}

interface Visit {
  readonly browser: Browser;
  readonly site: Site;
  readonly setting: CallSetting;
}

/** Calls from each page of a consumer, and says how that went, or what its build said where it has no page. */
async function callFrom(consumer: Consumer, { seconds, result }: Built, visit: Visit): Promise<string> {
  if (result.status === "rejected") throw result.reason;
  const calls: string[] = [];
  for (const [mode, file] of Object.entries(consumer.pages ?? {})) {
    const policy = mode === "strict" ? "strict" : "open";
    const url = `${visit.site.url}/${policy}/${consumer.name}/${file}`;
    const call = await withPage(visit.browser, (page) => makeCall(page, url, visit.setting)).catch((error: Error) => {
      throw new Error(`${mode}: ${error.message}`, { cause: error });
    });
    assertClean(mode, call);
    calls.push(`${mode === "strict" ? "strict CSP" : mode} heard ${call.correlation.toFixed(2)}`);
  }
  return [calls.join(", "), scriptSize(consumer), `built in ${seconds}`, result.value].filter(Boolean).join("   ");
}

function assertClean(mode: string, { thread, warnings, violations }: PageCall): void {
  const problems = [
    thread === "worker" ? "" : `the thread of the socket: ${thread}`,
    ...warnings.map(({ code, message }) => `${code}: ${message}`),
    ...violations.map((violation) => `the policy blocked ${violation}`),
  ].filter(Boolean);
  if (problems.length > 0) throw new Error(`${mode}: ${problems.join("; ")}`);
}

/** What the bundler made of page and package together, with inlined assets. */
function scriptSize(consumer: Consumer): string {
  if (!consumer.bundled) return "";
  const folder = servedFolder(consumer);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(main|index|client)[^/]*\.js$/.test(file),
  );
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);
  return `${(bytes / 1024).toFixed(1)} KB gzip`;
}

/** Every page is one of a person who was never there, and may use the microphone. Rejects where the page throws. */
async function withPage<Result>(browser: Browser, use: (page: Page) => Promise<Result>): Promise<Result> {
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

/** Two at a time: more disturb each other on a small machine. */
async function inPairs<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

function stopwatch(): () => string {
  const startedMs = performance.now();
  return () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
