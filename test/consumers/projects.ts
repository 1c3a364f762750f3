import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "build/consumers");
const fixtures = join(root, "test/consumers/fixtures");

/** One way of using the package; its files are in `fixtures/<name>`. */
export interface Consumer {
  readonly name: string;
  readonly title: string;
  /** Beside the package itself; exact versions. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The script of the fixture that builds its pages; without one they are served as they are. */
  readonly build?: string;
  /** What is served, in the project's folder. */
  readonly served: string;
  /** The page with inlined assets, and the one that names their addresses. Undefined: nothing to open. */
  readonly pages?: { readonly inlined: string; readonly strict: string };
}

const react = { react: "19.3.1", "react-dom": "19.3.1" };
const esbuild = { esbuild: "0.28.2" };
const twoPages = { inlined: "index.html", strict: "strict.html" };
const onePage = { inlined: "index.html", strict: "index.html?urls" };

export const consumers: readonly Consumer[] = [
  {
    name: "vite",
    title: "Vite 8",
    dependencies: { vite: "8.3.8" },
    build: "build.mjs",
    served: "dist",
    pages: onePage,
  },
  {
    name: "webpack",
    title: "webpack 5",
    dependencies: { webpack: "5.112.2" },
    build: "build.mjs",
    served: "dist",
    pages: onePage,
  },
  {
    name: "esbuild",
    title: "esbuild, headless Call",
    dependencies: esbuild,
    build: "build.mjs",
    served: "dist",
    pages: onePage,
  },
  { name: "module", title: '<script type="module">', dependencies: {}, served: ".", pages: twoPages },
  { name: "iife", title: "script tag (IIFE, SRI)", dependencies: {}, build: "build.mjs", served: ".", pages: twoPages },
  {
    name: "react",
    title: "React 19",
    dependencies: { ...react, ...esbuild },
    build: "build.mjs",
    served: "dist",
    pages: onePage,
  },
  {
    name: "react18",
    title: "React 18, voicebridge/react",
    dependencies: { react: "18.3.1", "react-dom": "18.3.1", ...esbuild },
    build: "build.mjs",
    served: "dist",
    pages: onePage,
  },
  {
    name: "ssr",
    title: "SSR in plain Node, hydrated",
    dependencies: { ...react, ...esbuild },
    build: "build.mjs",
    served: "dist",
    pages: twoPages,
  },
  {
    name: "types",
    title: "TypeScript declarations",
    dependencies: { typescript: "6.0.3", "@types/node": "20.19.43", "@types/react": "19.3.0", vue: "3.5.45" },
    build: "build.mjs",
    served: ".",
  },
];

export const projectFolder = ({ name }: Pick<Consumer, "name">): string => join(folder, name);

/** Builds dist/ where it is not up to date, and packs it. The name of the tarball tells its contents: another one is installed anew. */
export async function packTarball(): Promise<string> {
  await run("npm", ["run", "-s", "build"], root);
  await mkdir(folder, { recursive: true });
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const file = join(folder, packed.trim().split("\n").at(-1) ?? "");
  const hash = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const tarball = join(folder, `voicebridge-${hash.slice(0, 12)}.tgz`);
  await rename(file, tarball);
  return tarball;
}

/** The registry cannot be reached, or does not have something: the consumer cannot be tried here. */
export class InstallError extends Error {}

/** Makes the project afresh, but for what npm installed before. Rejects with `InstallError`. */
export async function install(consumer: Consumer, tarball: string): Promise<void> {
  const project = projectFolder(consumer);
  await mkdir(project, { recursive: true });
  await rm(join(project, "dist"), { recursive: true, force: true });
  await cp(join(fixtures, consumer.name), project, { recursive: true });
  await cp(join(root, "test/consumers/import-entries.mjs"), join(project, "import-entries.mjs"));
  const dependencies = { voicebridge: `file:${tarball}`, ...consumer.dependencies };
  const description = { name: `consumer-${consumer.name}`, private: true, type: "module", dependencies };
  await writeFile(join(project, "package.json"), JSON.stringify(description, null, 2));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--silent"];
  await run("npm", ["install", ...quiet], project).catch((error: Error) => {
    throw new InstallError(`npm install: ${error.message}`, { cause: error });
  });
}

/** Runs the project's build script. Returns what it said last. */
export async function buildProject(consumer: Consumer): Promise<string> {
  if (consumer.build === undefined) return "";
  const said = await run(process.execPath, [consumer.build], projectFolder(consumer));
  return said.trim().split("\n").at(-1) ?? "";
}

/** Resolves with standard output; rejects with what was said, where the status is not 0. */
function run(command: string, words: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const [out, all]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out.push(text);
      all.push(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => all.push(text));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) return resolve(out.join(""));
      reject(new Error(`${command} ${words.join(" ")} ended with ${status}:\n${all.join("").trim().slice(-2000)}`));
    });
  });
}
