import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type Generator, programGenerator } from "./generator.ts";
import type { ServerProgram } from "./server-process.ts";

const out = resolve(import.meta.dirname, "../../../build/bench/go");

/** Builds the Go peer. A text says why it cannot be had: Go is not installed, or its one module cannot be downloaded. */
export function goServer(): ServerProgram | string {
  const command = build("server", ".");
  return typeof command === "string" ? command : { name: "Go, gorilla/websocket", ...command, words: [] };
}

/** Builds the generator, which needs no module; or says why not. */
export function goGenerator(): Generator | string {
  const command = build("generator", "./load");
  return typeof command === "string" ? command : programGenerator("Go", command.command);
}

function build(name: string, folder: string): { readonly command: string } | string {
  const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/go/bin"];
  const go = places.map((place) => join(place, "go")).find((path) => existsSync(path));
  if (go === undefined) return "Go is not installed";
  mkdirSync(out, { recursive: true });
  cpSync(join(import.meta.dirname, "go"), out, { recursive: true });
  const env = { ...process.env, GOWORK: "off", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  const { status, stderr } = spawnSync(go, ["build", "-o", name, folder], { cwd: out, env, encoding: "utf8" });
  if (status !== 0) return `it does not build: ${stderr.replace(/\s+/g, " ").slice(0, 300)}`;
  return { command: join(out, name) };
}
