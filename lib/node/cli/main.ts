#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { processIo } from "./process-io.ts";
import { runCli } from "./run-cli.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const io = processIo();
// Not process.exit: what was written may still be on its way into a pipe.
process.exitCode = await runCli(process.argv.slice(2), io, version);
io.close();
