import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../../..");

/** Bundles a program of test/unit/node/programs so that a process of its own can run it. Returns its path. */
export async function bundleProgram(name: string): Promise<string> {
  const outfile = join(root, "build/test-node", `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, "programs", `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}
