import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;

const bundle = (contents: string, platform: "browser" | "node") =>
  build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    platform,
    packages: "external",
    target: "es2022",
    metafile: true,
    write: false,
    tsconfig: `${root}tsconfig.json`,
    logLevel: "silent",
  });

describe("voicebridge/testing", () => {
  it("takes nothing from Node or from a package, so that it can go into a page", async () => {
    const { metafile } = await bundle('export * from "./lib/testing/index.ts";', "browser");
    const foreign = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    );
    expect(foreign).toEqual([]);
    expect(Object.keys(metafile.inputs).filter((path) => path.startsWith("lib/testing/node/"))).toEqual([]);
  });

  it("does nothing when it is imported: what is not used is not there", async () => {
    for (const platform of ["browser", "node"] as const) {
      const entry = platform === "browser" ? "index.ts" : "node/index.ts";
      const { outputFiles } = await bundle(`import "./lib/testing/${entry}"; console.log("quiet");`, platform);
      const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", outputFiles[0]!.text]);
      expect(run).toMatchObject({ stdout: "quiet\n", stderr: "" });
    }
  });

  it("does not bring the recorder or any of this into what a page loads for a call", async () => {
    const { metafile } = await bundle('export { Session } from "./lib/session/index.ts";', "browser");
    const [output] = Object.values(metafile.outputs);
    const loaded = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    expect(loaded.map(([path]) => path).filter((path) => /trace|testing/.test(path))).toEqual([]);
  });
});
