import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it } from "vitest";

const entry = `
  import { Session } from "./lib/session/index.ts";
  import { findCodec } from "./lib/protocol/index.ts";
  console.log(typeof Session, findCodec("L16/8000/1").sample_rate);
`;

it("imports in plain Node, and takes nothing from another room, from Node or from a package", async () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    metafile: true,
    write: false,
  });
  const rooms = new Set(Object.keys(metafile.inputs).map((path) => path.split("/").slice(0, 2).join("/")));
  expect([...rooms].sort()).toEqual(["<stdin>", "lib/protocol", "lib/session"]);
  const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", outputFiles[0]!.text]);
  expect(run.stdout).toBe("function 8000\n");
});
