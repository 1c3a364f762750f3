import { createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cli, startCli } from "../cli-io.ts";
import { afterwards } from "../server-rig.ts";
import { until } from "../voice-side.ts";
import { SocketPhone } from "./hub-rig.ts";

afterEach(() => vi.unstubAllEnvs());

describe("voicebridge hub", () => {
  it("connects people under the rules that it was given, and drains at Ctrl-C", async () => {
    vi.stubEnv("VOICEBRIDGE_TURN_SECRET", "north");
    const hub = startCli([
      ...["hub", "--port", "0", "--token", "s3cret", "--ring", "7", "--drain", "0", "--stun", "stun:a:1"],
      ...["--turn", "turn:b:2", "--turn-ttl", "600", "--path", "people", "--max-clients", "1"],
    ]);
    await until(() => hub.out.length > 0, "the address");
    const url = hub.out[0]!;
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/people$/);
    const alice = new SocketPhone(url, { id: "alice" }, { token: "s3cret" });
    expect((await alice.next("welcome")).data.ringTimeoutMs).toBe(7000);
    alice.say({ type: "ice-servers-request" });
    const { iceServers, ttlSeconds } = (await alice.next("ice-servers-response")).data;
    expect(iceServers.map(({ urls }) => urls)).toEqual([["stun:a:1"], ["turn:b:2"]]);
    expect(ttlSeconds).toBe(600);
    const others = [{ token: "wrong" }, { token: "s3cret" }].map(
      (options, index) => new SocketPhone(url, { id: `other ${index}` }, options),
    );
    await until(() => others.every(({ closed }) => closed !== undefined), "the refusals");
    hub.interrupt();
    expect((await hub.done).code).toBe(0);
    await until(() => alice.closed !== undefined, "the close");
    expect(alice.closed?.code).toBe(1012);
    const log = hub.err.join("\n");
    expect(log).toContain('"status":401');
    expect(log).toContain('"status":503');
    expect(log).not.toMatch(/s3cret|north|wrong/);
  });

  it("says that everybody may come in, where nothing says who may", async () => {
    const hub = startCli(["hub", "--port", "0", "--drain", "0"]);
    await until(() => hub.out.length > 0, "the address");
    expect(hub.err.join("\n")).toContain("Everybody who reaches this hub");
    hub.interrupt();
    await hub.done;
  });

  it("says what is wrong with what it was given", async () => {
    vi.stubEnv("VOICEBRIDGE_TURN_SECRET", "");
    const complaint = async (...words: string[]) => {
      const { code, err } = await cli("hub", ...words);
      expect(code).toBe(2);
      return err.join("\n");
    };
    expect(await complaint("here")).toContain("options only");
    expect(await complaint("--turn", "turn:b:2")).toContain("VOICEBRIDGE_TURN_SECRET");
    expect(await complaint("--jwks", "https://x/keys", "--token", "a")).toContain("not both");
    expect(await complaint("--jwks", "keys")).toContain("--jwks is an address");
    expect(await complaint("--key", "a")).toContain("belong together");
    expect(await complaint("--ring", "0")).toContain("--ring is a number");
  });

  it("says that a port is taken", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
    });
    afterwards(() => other.close());
    expect(await cli("hub", "--port", `${port}`)).toMatchObject({
      code: 1,
      err: [expect.stringContaining(`Port ${port} is taken`)],
    });
  });
});
