// Bundles the socket Worker to build/worker.js and, as a string, to lib/transport/socket-worker.generated.ts. Does nothing when
// neither the sources nor the outputs changed.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "../..");
const entry = "lib/transport/socket-worker.ts";
const outputs = ["build/worker.js", "lib/transport/socket-worker.generated.ts"];
const stampFile = join(root, "build/worker.inputs.json");

async function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(root, file)).catch(() => "absent"));
  return hash.digest("hex");
}

const size = (text) => `${text.length} bytes, ${gzipSync(text, { level: 9 }).length} gzip`;
const stamp = JSON.parse(await readFile(stampFile, "utf8").catch(() => "null"));

if (stamp && stamp.hash === (await hashOf([...stamp.inputs, ...outputs]))) {
  console.log(`build/worker.js is up to date (${size(await readFile(join(root, outputs[0]), "utf8"))})`);
} else {
  const { build } = await import("esbuild");
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    metafile: true,
    legalComments: "none",
  });
  const script = result.outputFiles[0].text.trim();
  await mkdir(join(root, "build"), { recursive: true });
  await writeFile(join(root, outputs[0]), `${script}\n`);
  await writeFile(
    join(root, outputs[1]),
    `/** build/worker.js, written by lib/transport/build.mjs. */\nexport const socketWorkerSource = ${JSON.stringify(script)};\n`,
  );
  const inputs = ["lib/transport/build.mjs", ...Object.keys(result.metafile.inputs)].sort();
  await writeFile(stampFile, JSON.stringify({ inputs, hash: await hashOf([...inputs, ...outputs]) }));
  console.log(`build/worker.js: ${size(script)}`);
}
