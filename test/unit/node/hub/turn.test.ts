import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { turnCredentials } from "../../../../lib/node/index.ts";
import { afterwards } from "../server-rig.ts";
import { allocation } from "./turn-allocation.ts";

/** coturn: `apt-get install coturn`, or wherever TURNSERVER says. */
const program = process.env["TURNSERVER"] ?? "turnserver";
const missing = spawnSync(program, ["--version"]).error !== undefined;
if (missing) console.warn("SKIPPED: there is no turnserver here, so credentials were not shown to a real one.");

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** A TURN server on loopback that shares a secret. It may take a while until it answers. */
async function serveTurn(secret: string): Promise<number> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "voicebridge-turn-"));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  const options = [
    ...["-n", "--no-cli", "--no-tls", "--no-dtls", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1"],
    ...["--listening-port", `${port}`, "--realm", "voicebridge.test", "--use-auth-secret"],
    ...["--static-auth-secret", secret, "--pidfile", join(folder, "pid"), "--log-file", "stdout", "--simple-log"],
    ...["--userdb", join(folder, "db")],
  ];
  const server = spawn(program, options, { stdio: "ignore", cwd: folder });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  afterwards(() => {
    server.kill("SIGKILL");
    return ended;
  });
  return port;
}

describe("time-limited credentials", () => {
  it("say until when and for whom, and are signed", () => {
    const turn = { urls: ["turn:t"], secret: "north", ttlSeconds: 60 };
    expect(turnCredentials(turn, "alice", 1_000_000_500)).toEqual({
      urls: ["turn:t"],
      username: "1000060:alice",
      credential: "nDL7TbBCw5UOx8I8Egtll29Oakw=", // openssl dgst -sha1 -hmac north -binary | base64,
    });
  });

  it.skipIf(missing)(
    "are taken by a TURN server, until they are too old or where another secret made them",
    async () => {
      const port = await serveTurn("north");
      const answer = async (secret: string, ttlSeconds: number) => {
        const turn = { urls: ["turn:t"], secret, ttlSeconds };
        const { username = "", credential = "" } = turnCredentials(turn, "alice", Date.now());
        return allocation(port, username, credential);
      };
      expect(await answer("north", 600)).toBe(0);
      expect(await answer("south", 600)).toBe(401);
      expect(await answer("north", -10)).toBe(401);
    },
  );
});
