// `npm run test:interop`: builds the Go programs of `go/` and runs live sessions with them, in both roles; and a call between two pages through
// coturn. What cannot be had here (Go, a module, Chromium, coturn) is skipped, and said so; what can be had and does not build fails. Ends with
// `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { findProgram, wantTool } from "../tools.mjs";

const root = resolve(import.meta.dirname, "../..");
const build = resolve(root, "build/interop");
const sources = resolve(build, "go");
const report = resolve(build, "report.json");
const binaries = resolve(build, "bin");

/** Each is a folder of `go/`. The module is the deployed peer it is made of; two are ours, on the libraries of the others. */
const peers = [
  { name: "rtvbp-go", module: "github.com/babelforce/rtvbp-go", deployed: true, negotiates: false, media: "websocket" },
  {
    name: "rtvbp-sdk",
    module: "github.com/babelforce/rtvbp/sdk/go",
    deployed: true,
    negotiates: true,
    media: "websocket",
  },
  { name: "plain", module: "github.com/gorilla/websocket", deployed: false, negotiates: true, media: "websocket" },
  {
    name: "rtvbp-sdk",
    module: "github.com/babelforce/rtvbp/sdk/go",
    deployed: true,
    negotiates: true,
    media: "webrtc",
  },
  { name: "webrtc", module: "github.com/pion/webrtc/v4", deployed: false, negotiates: true, media: "webrtc" },
];

const go = [findProgram("go"), "/usr/local/go/bin/go"].find((path) => path && existsSync(path));

function runGo(folder, ...words) {
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  const { status, stdout, stderr } = spawnSync(go, words, { cwd: resolve(sources, folder), env, encoding: "utf8" });
  return { ok: status === 0, text: `${stdout}${stderr}`.trim() };
}

/** On one line. */
const gist = (text) => text.replace(/\s+/g, " ").slice(0, 300) || "no reason given";
/** Not having it is no fault; having something else than what is pinned is. */
const isTampered = (text) => /SECURITY ERROR|checksum mismatch/.test(text);
const isAbsent = (text) =>
  /reading https?:|dial tcp|no such host|i\/o timeout|requires go >=/.test(text) && !isTampered(text);

/** The version that `go.mod` pins. */
const pinned = (name, module) =>
  readFileSync(resolve(sources, name, "go.mod"), "utf8")
    .split("\n")
    .map((line) => line.trim().split(" "))
    .find(([path]) => path === module)?.[1];

function prepare({ name, module, ...facts }) {
  const version = `${module}@${pinned(name, module)}`;
  const program = {
    name: facts.deployed ? `${version}, ${facts.media}` : `our own Go program on ${version}`,
    ...facts,
  };
  if (!go) return { ...program, missing: "Go is not installed" };
  const download = runGo(name, "mod", "download", version);
  if (!download.ok && !isTampered(download.text))
    return { ...program, missing: `no ${version}: ${gist(download.text)}` };
  const path = resolve(binaries, `${name}-${facts.media}`);
  const words = ["build", "-trimpath", "-ldflags=-s -w", `-tags=${facts.media}`, "-o", path, "."];
  const built = download.ok ? runGo(name, ...words) : download;
  if (built.ok) return { ...program, path };
  if (isAbsent(built.text)) return { ...program, missing: `what it needs cannot be had: ${gist(built.text)}` };
  console.error(`FAILED  go/${name} does not build:\n${built.text}`);
  return { ...program, broken: `It does not build: ${built.text}` };
}

rmSync(build, { recursive: true, force: true });
mkdirSync(binaries, { recursive: true });
cpSync(resolve(import.meta.dirname, "go"), sources, { recursive: true }); // building may add to go.sum: not in the source tree
const programs = peers.map(prepare);

const chromium = findProgram("chromium");
for (const step of chromium ? ["wasm/build.mjs", "worklets/build.mjs", "lib/transport/build.mjs"] : []) {
  const { status } = spawnSync(process.execPath, [resolve(root, step)], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.log(`${step} failed\n0 passed, 1 failed, 0 skipped`);
    process.exit(1);
  }
}

const vitest = ["vitest", "run", "--config", "test/interop/vitest.config.ts", "--reporter=default", "--reporter=json"];
spawnSync("npx", [...vitest, `--outputFile.json=${report}`], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, INTEROP_PROGRAMS: JSON.stringify(programs) },
});
const totals = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { numFailedTests: 1 };
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, success = false } = totals;

for (const { name, deployed, missing } of programs) {
  if (missing) console.log(`SKIPPED  NOT TESTED against ${name}${deployed ? ", a deployed peer" : ""}: ${missing}`);
}
if (!programs.some(({ deployed, path }) => deployed && path)) {
  console.log(
    "SKIPPED  No deployed peer took part: whatever passed was with our own Go program, and is no interop with them.",
  );
}
if (!chromium) console.log("SKIPPED  NOT TESTED from a browser: no Chromium found (CHROMIUM_PATH)");
/** Two pages that reach each other through a TURN server only. Undefined where there is none. */
function relayed() {
  const missing = ["turnserver", "espeak-ng"].filter((name) => !wantTool(name));
  if (!chromium || missing.length > 0) {
    console.log(`SKIPPED  NOT TESTED through a TURN server (coturn): not found: ${missing.join(", ") || "Chromium"}`);
    return undefined;
  }
  const { status } = spawnSync("npx", ["playwright", "test", "test/browser/people/relay.spec.ts"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TEST_LONG: "1" },
  });
  return status === 0;
}

const relay = relayed();
const passed = numPassedTests + (relay === true ? 1 : 0);
const failed = Math.max(numFailedTests, success ? 0 : 1) + (relay === false ? 1 : 0);
console.log(`${passed} passed, ${failed} failed, ${numPendingTests + (relay === undefined ? 1 : 0)} skipped`);
process.exit(failed > 0 ? 1 : 0);
