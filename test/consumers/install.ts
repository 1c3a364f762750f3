import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fixtures, root, workshop } from "./project.ts";
import { runProgram } from "./run-program.ts";

/** The registry does not answer: nothing can be tried here, and nothing is wrong with the package. */
export class RegistryError extends Error {}

/** What npm says where the network, or the registry behind it, fails; what a registry that does answer refuses is not among it. */
const unreachable =
  /npm error code (ENOTFOUND|EAI_\w+|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|FETCH_ERROR|E429|E5\d\d)/;

/** Places with a package.json and a lock, from here to where they are installed. `voicebridge` is the tarball. */
const places = [
  { from: join(root, "test/consumers"), to: workshop },
  { from: join(fixtures, "react18"), to: join(workshop, "react18") },
];
const tarball = join(workshop, "voicebridge.tgz");
const quiet = ["--loglevel=error", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
const impatient = ["--fetch-timeout=30000", "--fetch-retries=2", "--fetch-retry-maxtimeout=10000"];

interface Lock {
  readonly packages: Record<string, { dependencies?: Record<string, string>; integrity?: string }>;
}

/** Builds dist/ where it is not up to date, and packs it to `build/consumers/voicebridge.tgz`. */
export async function packTarball(): Promise<void> {
  await runProgram("npm", ["run", "-s", "build"], root);
  await mkdir(workshop, { recursive: true });
  const said = await runProgram("npm", ["pack", "--silent", "--pack-destination", workshop], root);
  await rename(join(workshop, said.trim().split("\n").at(-1) ?? ""), tarball);
}

/** `npm ci` of the tarball and of what the consumers use, in the versions of the locks; nothing where that is done already. */
export async function installPackages(): Promise<void> {
  for (const place of places) {
    const lock = await readFile(join(place.from, "package-lock.json"), "utf8");
    await assertCurrent(lock, place.from);
    const stampFile = join(place.to, "node_modules/.installed");
    const stamp = hashOf(
      process.version,
      await readFile(join(place.from, "package.json")),
      lock,
      await readFile(tarball),
    );
    if ((await readFile(stampFile, "utf8").catch(() => "")) === stamp) continue;
    await copyDescription(place);
    await runProgram("npm", ["ci", ...quiet, ...impatient], place.to).catch((error: Error) => {
      const code = unreachable.exec(error.message)?.[1];
      throw code === undefined ? error : new RegistryError(`npm ci: ${code}`, { cause: error });
    });
    await writeFile(stampFile, stamp);
  }
}

/** Makes the locks anew, after dependencies of the package or of the consumers changed. The tarball's hash is left out: it is another one every time. */
export async function writeLocks(): Promise<void> {
  for (const place of places) {
    await copyDescription(place);
    const file = join(place.to, "package-lock.json");
    await runProgram(
      "npm",
      ["install", "--package-lock-only", "--omit-lockfile-registry-resolved", ...quiet],
      place.to,
    );
    const lock = JSON.parse(await readFile(file, "utf8")) as Lock;
    delete lock.packages["node_modules/voicebridge"]?.integrity;
    await writeFile(join(place.from, "package-lock.json"), `${JSON.stringify(lock, null, 2)}\n`);
  }
}

/** What npm installs beside the tarball is what the lock says, not what the tarball says: they have to say the same. */
async function assertCurrent(lock: string, folder: string): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Lock["packages"][string];
  const locked = (JSON.parse(lock) as Lock).packages["node_modules/voicebridge"]?.dependencies;
  const message = `${folder}/package-lock.json knows other dependencies of voicebridge: npm run test:consumers -- --lock`;
  assert.deepEqual(locked, dependencies, message);
}

async function copyDescription({ from, to }: (typeof places)[number]): Promise<void> {
  await mkdir(to, { recursive: true });
  await rm(join(to, "package-lock.json"), { force: true });
  for (const file of ["package.json", "package-lock.json"])
    await copyFile(join(from, file), join(to, file)).catch((error) => {
      if (file === "package.json") throw error;
    });
}

function hashOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}
