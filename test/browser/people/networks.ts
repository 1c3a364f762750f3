/** Two machines on one, with two ways between them that can be cut: network namespaces of Linux, for root only. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { launchOptions, Person, startHub } from "./people.ts";

const sides = ["a", "b"] as const;
export type Side = (typeof sides)[number];
/** Ways between the two, and the last part but one of their addresses. */
export type Way = 1 | 2;

const ip = (...words: readonly (string | number)[]): string =>
  execFileSync("ip", words.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Why this machine cannot do it, or undefined where it can. */
export function whyNoNetworks(): string | undefined {
  const name = `voicebridge-try-${process.pid}`;
  try {
    ip("netns", "add", name);
    try {
      ip("-n", name, "link", "add", "p1", "type", "veth", "peer", "name", "p2");
      ip(
        "netns",
        "exec",
        name,
        "tc",
        "qdisc",
        "add",
        "dev",
        "p1",
        "root",
        "tbf",
        "rate",
        "1mbit",
        "burst",
        1600,
        "limit",
        1600,
      );
    } finally {
      ip("netns", "delete", name);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n").join(" ");
  }
}

/** Hands connections to a port of this namespace on to a socket in the file system, which namespaces share. */
const forwarder = `const { createServer, connect } = require("node:net");
const [port, path] = process.argv.slice(1);
createServer((near) => {
  const far = connect(path);
  near.pipe(far).pipe(near);
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));`;

/** Whoever makes it closes it. */
export class Networks {
  readonly #folder = mkdtempSync(join(tmpdir(), "voicebridge-networks-"));
  readonly #name = `voicebridge-${process.pid}`;
  readonly #processes: ChildProcess[] = [];
  readonly #servers: Server[] = [];

  /** Way 1 is open, way 2 is not. */
  constructor() {
    for (const side of sides) {
      ip("netns", "add", this.#of(side));
      ip("-n", this.#of(side), "link", "set", "lo", "up");
    }
    for (const way of [1, 2]) {
      const peer = ["peer", "name", `way${way}`, "netns", this.#of("b")];
      ip("-n", this.#of("a"), "link", "add", `way${way}`, "type", "veth", ...peer);
    }
    this.open(1);
  }

  open(way: Way): void {
    for (const [index, side] of sides.entries()) {
      ip("-n", this.#of(side), "address", "replace", `10.77.${way}.${index + 1}/24`, "dev", `way${way}`);
      ip("-n", this.#of(side), "link", "set", `way${way}`, "up");
    }
  }

  /** Both sides lose their address there. */
  cut(way: Way): void {
    for (const side of sides) {
      ip("-n", this.#of(side), "link", "set", `way${way}`, "down");
      ip("-n", this.#of(side), "address", "flush", "dev", `way${way}`);
    }
  }

  /** So much gets through from `a` to `b`, and the rest is lost; Infinity: all of it. */
  narrow(way: Way, kbitPerSecond: number): void {
    const words = ["netns", "exec", this.#of("a"), "tc", "qdisc"];
    const device = ["dev", `way${way}`, "root"];
    if (kbitPerSecond === Number.POSITIVE_INFINITY) ip(...words, "delete", ...device);
    else ip(...words, "replace", ...device, "tbf", "rate", `${kbitPerSecond}kbit`, "burst", 1600, "limit", 1600);
  }

  /** Both sides reach this port of the real machine at their own loopback address: beside the ways, which carry sound only. */
  async reach(port: number): Promise<void> {
    const path = join(this.#folder, `${port}`);
    const server = createServer((near) => {
      const far = connect(port, "localhost");
      near.pipe(far).pipe(near);
      near.on("error", () => far.destroy());
      far.on("error", () => near.destroy());
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    this.#servers.push(server);
    await Promise.all(
      sides.map(async (side) => {
        const words = ["netns", "exec", this.#of(side), process.execPath, "-e", forwarder, `${port}`, path];
        const child = spawn("ip", words, { stdio: ["ignore", "pipe", "inherit"] });
        this.#processes.push(child);
        await new Promise((resolve, reject) => {
          child.stdout.once("data", resolve);
          child.once("exit", reject);
        });
      }),
    );
  }

  /** A browser on that side. Whoever opens it closes it. */
  async browser(side: Side): Promise<Browser> {
    const { executablePath, args } = launchOptions;
    const wrapper = join(this.#folder, `browser-${side}`);
    const program = executablePath ?? chromium.executablePath();
    writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${this.#of(side)} "${program}" "$@"\n`);
    chmodSync(wrapper, 0o755);
    return chromium.launch({ executablePath: wrapper, args });
  }

  close(): void {
    for (const child of this.#processes) child.kill("SIGKILL");
    for (const server of this.#servers) server.close();
    for (const side of sides) ip("netns", "delete", this.#of(side));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #of(side: Side): string {
    return `${this.#name}-${side}`;
  }
}

/** Two people, each in a browser of its own, with nothing but the ways between them and the hub beside them. Everything is given back. */
export async function onTwoNetworks(
  baseURL: string,
  run: (people: { alice: Person; bob: Person; networks: Networks }) => Promise<void>,
): Promise<void> {
  const hub = await startHub();
  const networks = new Networks();
  const browsers: Browser[] = [];
  try {
    await networks.reach(Number(new URL(baseURL).port));
    await networks.reach(Number(new URL(hub.url).port));
    browsers.push(await networks.browser("a"), await networks.browser("b"));
    const [alice, bob] = await Promise.all([
      Person.open(browsers[0]!, "alice", hub.url, {}, baseURL),
      Person.open(browsers[1]!, "bob", hub.url, {}, baseURL),
    ]);
    await run({ alice, bob, networks });
    await Promise.all([alice.close(), bob.close()]);
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    networks.close();
    await hub.close();
  }
}
