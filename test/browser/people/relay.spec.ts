import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { launchOptions, likeness, Person, startHub } from "./people.ts";

test.use({ launchOptions });

/** coturn: `apt-get install coturn`, or wherever TURNSERVER says. */
const program = process.env["TURNSERVER"] ?? "turnserver";
const missing = spawnSync(program, ["--version"]).status !== 0;
if (missing) console.warn("SKIPPED: there is no turnserver here, so no call went through a relay.");
/** Browsers send nothing to loopback from their other addresses. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === "IPv4")?.address;

async function freePort(host: string): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Resolves when the server answers: a Binding request (RFC 5389 §6), again and again. */
async function answers(host: string, port: number): Promise<void> {
  const socket = createSocket("udp4");
  const request = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), Buffer.alloc(12, 7)]);
  const ask = setInterval(() => socket.send(request, port, host), 200);
  await new Promise<void>((resolve) => socket.once("message", () => resolve()));
  clearInterval(ask);
  socket.close();
}

test("relay only, sound goes through the TURN server with the hub's credentials, and no address is shown", async ({
  browser,
}) => {
  test.skip(missing || address === undefined, "needs coturn and a network interface beside loopback");
  test.setTimeout(120_000);
  const [secret, host] = ["a shared secret", address ?? ""];
  const port = await freePort(host);
  const folder = mkdtempSync(join(tmpdir(), "voicebridge-relay-"));
  const server: ChildProcess = spawn(
    program,
    [
      ...["-n", "--no-cli", "--no-tls", "--no-dtls", "--listening-ip", host, "--relay-ip", host],
      ...["--listening-port", `${port}`, "--realm", "voicebridge.test", "--use-auth-secret"],
      ...["--static-auth-secret", secret, "--pidfile", join(folder, "pid"), "--log-file", "stdout", "--simple-log"],
      ...["--userdb", join(folder, "db")],
    ],
    { stdio: "ignore", cwd: folder },
  );
  await answers(host, port);
  const turn = { urls: [`turn:${host}:${port}?transport=udp`], secret, ttlSeconds: 600 };
  const hub = await startHub({ turn });
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url, { relayOnly: true }),
    Person.open(browser, "bob", hub.url),
  ]);
  try {
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    const heard = await bob.hears();
    expect(likeness(heard, "alice")).toBeGreaterThan(0.6);
    const stats = await alice.page.evaluate(() => window.call.stats());
    expect(stats.network?.path).toBe("relay");
    const shown = await bob.page.evaluate(() =>
      window.opened.peers.flatMap(({ remoteDescription }) =>
        [...(remoteDescription?.sdp ?? "").matchAll(/a=candidate:.* typ (\w+)/g)].map(([, type]) => type),
      ),
    );
    expect(shown.filter((type) => type !== "relay")).toEqual([]);
  } finally {
    await Promise.all([alice.close(), bob.close()]);
    await hub.close();
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
