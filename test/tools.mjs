// Finds the programs the tests need outside npm, and installs what is missing where it may (Debian, as root); else says how.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a package is not named like its program. The shell is the same engine without a window: a third of the work a page. */
const debianPackages = { chromium: ["chromium", "chromium-headless-shell"], turnserver: ["coturn"] };
const browserPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

export function findProgram(name) {
  if (name === "chromium") {
    const own = process.env.CHROMIUM_PATH;
    return [
      ...(own ? [own] : []),
      ...browserPaths,
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ].find(existsSync);
  }
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/** The engine without a window around it, where there is one. */
export function findHeadlessChromium() {
  return process.env.CHROMIUM_PATH ?? findProgram("chromium-headless-shell") ?? findProgram("chromium");
}

/** @param timeoutMs each of the two steps is given up after it. */
function install(packages, how, timeoutMs) {
  console.log(`installing ${packages.join(", ")} (${how})`);
  const apt = (...words) =>
    spawnSync("apt-get", words, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      ...(timeoutMs && { timeout: timeoutMs, killSignal: "SIGKILL" }),
    });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
}

/** For programs that tests can do without: installs what is missing, where it may and where that takes no longer than this. Says whether it is there. */
export function wantTool(name, timeoutMs = 60_000) {
  if (findProgram(name)) return true;
  if (process.getuid?.() !== 0 || !findProgram("apt-get")) return false;
  const packages = debianPackages[name] ?? [name];
  install(packages, `apt-get install ${packages.join(" ")}`, timeoutMs);
  return findProgram(name) !== undefined;
}

export function ensureTools(names) {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  const packages = missing.flatMap((name) => debianPackages[name] ?? name);
  const how = `apt-get install ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !findProgram("apt-get")) {
    throw new Error(
      `Not found: ${missing.join(", ")}. Install with your package manager, for example: ${how}\nA browser elsewhere: set CHROMIUM_PATH.`,
    );
  }
  install(packages, how);
  const still = missing.filter((name) => !findProgram(name));
  if (still.length) throw new Error(`Could not install ${still.join(", ")}; try: ${how}`);
}

// A bundle that has this file inside it is not this file.
if (import.meta.filename === process.argv[1] && import.meta.filename.endsWith("tools.mjs")) {
  try {
    ensureTools(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
