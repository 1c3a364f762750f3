import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { ServerProgram } from "./server-process.ts";

const out = resolve(import.meta.dirname, "../../../build/bench/go");

/** Builds the Go peer. A text says why it cannot be had: Go is not installed, or its one module cannot be downloaded. */
export function goProgram(): ServerProgram | string {
  const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/go/bin"];
  const go = places.map((folder) => join(folder, "go")).find((path) => existsSync(path));
  if (go === undefined) return "Go is not installed";
  mkdirSync(out, { recursive: true });
  cpSync(join(import.meta.dirname, "go"), out, { recursive: true });
  const env = { ...process.env, GOWORK: "off", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  const { status, stderr } = spawnSync(go, ["build", "-o", "server", "."], { cwd: out, env, encoding: "utf8" });
  if (status !== 0) return `it does not build: ${stderr.replace(/\s+/g, " ").slice(0, 300)}`;
  return { name: "Go, gorilla/websocket", command: join(out, "server"), words: [] };
}
