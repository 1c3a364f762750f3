import { existsSync } from "node:fs";
import { cp, lstat, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Consumer } from "./consumers.ts";
import { runProgram } from "./run-program.ts";

export const root = resolve(import.meta.dirname, "../..");
export const fixtures = join(root, "test/consumers/fixtures");
/** Projects are its folders; what they share is in its `node_modules`. */
export const workshop = join(root, "build/consumers");

export const projectFolder = ({ name }: Pick<Consumer, "name">): string => join(workshop, name);

/** What is served of a project. */
export const servedFolder = (consumer: Consumer): string =>
  consumer.bundled ? join(projectFolder(consumer), "dist") : projectFolder(consumer);

/** The fixture afresh, with the packages that are installed, and built. Resolves with the last line that its build said. */
export async function buildProject(consumer: Consumer): Promise<string> {
  const project = projectFolder(consumer);
  const packages = join(project, "node_modules");
  await mkdir(project, { recursive: true });
  for (const file of await readdir(project))
    if (file !== "node_modules") await rm(join(project, file), { recursive: true });
  await cp(join(fixtures, consumer.name), project, { recursive: true });
  await cp(join(root, "test/consumers/import-entries.mjs"), join(project, "import-entries.mjs"));
  if (!consumer.ownPackages) {
    // Under the name that people's own projects know them by.
    if (await lstat(packages).catch(() => undefined)) await rm(packages, { recursive: true });
    await symlink("../node_modules", packages, "junction");
  }
  if (!existsSync(join(project, "build.mjs"))) return "";
  const said = await runProgram(process.execPath, ["build.mjs"], project);
  return said.trim().split("\n").at(-1) ?? "";
}
