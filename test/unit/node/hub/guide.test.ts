import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hubUrl } from "../../../../lib/protocol/index.ts";
import { afterwards, upgrade } from "../server-rig.ts";
import { until } from "../voice-side.ts";
import { SocketPhone } from "./hub-rig.ts";

const root = join(import.meta.dirname, "../../../..");
const guide = readFileSync(join(root, "lib/node/hub/GUIDE.md"), "utf8");

/** The programs of the guide, by name. The ones that run here are checked by the compiler, and are the same. */
const shown = new Map(
  [...guide.matchAll(/^```ts\n\/\/ ([\w-]+)\.ts\n(.*?)^```$/gms)].map(([, name = "", text = ""]) => [name, text]),
);

afterEach(() => vi.unstubAllEnvs());

describe("the guide to a hub of one's own", () => {
  it("shows the programs that are tested", () => {
    expect([...shown.keys()]).toEqual(["own-port", "shared-server"]);
    for (const [name, text] of shown) {
      const tested = readFileSync(join(import.meta.dirname, `programs/${name}.ts`), "utf8");
      expect(tested.replace(/\n?export \{ server \};\n/, "")).toBe(text);
    }
  });

  it("has a hub that lets in who has a signed token, under its own id, and drains on SIGTERM", async () => {
    const { SignJWT, exportJWK, generateKeyPair } = await import("jose");
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk = { ...(await exportJWK(publicKey)), alg: "ES256" };
    const keys = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(0, "127.0.0.1");
    afterwards(() => keys.close());
    await until(() => keys.listening, "the keys");
    vi.stubEnv("JWKS_URL", `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`);
    vi.stubEnv("TURN_SECRET", "north");
    vi.stubEnv("PORT", "0");
    const said = vi.spyOn(console, "log").mockImplementation(() => {});
    const known = process.listeners("SIGTERM");
    const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as () => never);
    await import("./programs/own-port.ts");
    const [terminate] = process.listeners("SIGTERM").filter((listener) => !known.includes(listener));
    const url = /people meet at (ws\S+)/.exec(said.mock.calls.flat().join("\n"))![1]!;
    said.mockRestore();
    const token = await new SignJWT({ sub: "alice", name: "Alice" })
      .setProtectedHeader({ alg: "ES256" })
      .setAudience("phone")
      .setExpirationTime("1m")
      .sign(privateKey);
    const headers = { Origin: "https://phone.example.com" };
    const alice = new SocketPhone(url, { id: "alice" }, { token, headers });
    await alice.next("welcome");
    alice.say({ type: "ice-servers-request" });
    expect((await alice.next("ice-servers-response")).data.iceServers).toHaveLength(2);
    expect((await upgrade(hubUrl(url, { id: "alice" }), { headers })).status).toBe(401);
    terminate!("SIGTERM");
    await until(() => alice.closed !== undefined, "the end");
    expect(alice.closed?.code).toBe(1012);
    await until(() => exit.mock.calls.length > 0, "the exit");
    expect(exit.mock.calls).toEqual([[0]]);
    exit.mockRestore();
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, terminate!);
  });

  it("has one beside a voice server, where teams keep to themselves", async () => {
    vi.stubEnv("PORT", "0");
    const { server } = (await import("./programs/shared-server.ts")) as { server: Server };
    afterwards(() => server.closeAllConnections());
    afterwards(() => server.close());
    await until(() => server.listening, "the server");
    const base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const bob = new SocketPhone(`${base}/hub`, { id: "bob@red" }, { headers: { Cookie: "session=a1b2c3" } });
    await bob.next("welcome");
    bob.say({ type: "call-request", to: "switchboard@red", callId: "c1", data: {} });
    expect((await bob.next("call-redirect")).data).toEqual({ target: "alice@red", reason: "on duty" });
    bob.say({ type: "call-request", to: "carol@blue", callId: "c2", data: {} });
    expect((await bob.next("call-reject")).data.reason).toBe("another team");
    expect((await upgrade(`${base}/hub?id=bob@red`)).status).toBe(401);
    expect((await upgrade(`${base}/voice/`)).status).toBe(101);
    bob.socket.terminate();
  });
});
