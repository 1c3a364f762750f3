import { join } from "node:path";
import { buildProgram } from "../../browser/support/program-process.ts";

/** Bundles a program of test/unit/node/programs so that a process of its own can run it. Returns its path. */
export const bundleProgram = (name: string): Promise<string> =>
  buildProgram(`test-node/${name}`, { file: join(import.meta.dirname, "programs", `${name}.ts`) });
