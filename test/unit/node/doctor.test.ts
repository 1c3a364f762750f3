import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { Check } from "../../../lib/node/cli/diagnosis.ts";
import type { VoiceServerOptions } from "../../../lib/node/index.ts";
import { cli } from "./cli-io.ts";
import { afterwards, serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

interface Diagnosis {
  readonly code: number;
  /** `name: verdict`, in order. */
  readonly verdicts: string[];
  readonly last: Check;
}

async function doctor(url: string, ...words: string[]): Promise<Diagnosis> {
  const { code, out } = await cli("doctor", url, "--json", ...words);
  const { checks } = JSON.parse(out[0]!) as { checks: Check[] };
  return { code, verdicts: checks.map(({ name, verdict }) => `${name}: ${verdict}`), last: checks.at(-1)! };
}

async function listening(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

const agent = (onCall: VoiceServerOptions["onCall"]) => serve({ onCall });
const before = ["address: ok", "network: ok", "upgrade: ok", "profile: ok", "codec: ok", "round trip: ok"];

describe("voicebridge doctor", () => {
  it("finds nothing wrong with an echo, and says it in lines", async () => {
    const { url, server } = await agent(async (call) => {
      for await (const frame of call.audio) call.output.send(frame);
    });
    expect(await doctor(url)).toMatchObject({ code: 0, verdicts: [...before, "audio: ok", "ending: ok"] });
    const { out } = await cli("doctor", url);
    expect(out.length).toBe(8);
    expect(out[6]).toMatch(/^ok {4}audio +our own sound is back after \d+ ms: an echo$/);
    await until(() => server.stats().ended.remote === 2);
  });

  it("hears an agent that speaks, one that sends silence, and one that says nothing", async () => {
    const speaking = await agent((call) => void call.speak(Buffer.alloc(64_000, "some loud noise, not ours")));
    expect((await doctor(speaking.url, "--codec", "L16/8000")).verdicts).toContain("audio: ok");
    const still = await agent((call) => void call.speak(new Uint8Array(64_000)));
    const { code, verdicts } = await doctor(still.url, "--codec", "L16/8000");
    expect([code, verdicts]).toEqual([0, [...before, "audio: warn", "ending: ok"]]);
    const mute = await agent(() => {});
    expect((await doctor(mute.url)).verdicts).toEqual([...before, "audio: warn", "ending: ok"]);
  });

  it("notices an agent that hangs up on it", async () => {
    const { url } = await agent((call) => {
      // Nothing is said to it before the sound is tried.
      void call.audio.each(() => void call.hangUp("too busy"));
    });
    const { code, verdicts, last } = await doctor(url);
    expect([code, verdicts.slice(-2)]).toEqual([1, ["audio: fail", "ending: warn"]]);
    expect(last.found).toContain("too busy");
  });

  it("tells refusals apart, with what to do", async () => {
    const closed = await serve({ authorize: ({ token }) => token === "good", path: "/voice", allowedOrigins: [] });
    const refusal = async (url: string, ...words: string[]) => {
      const { code, verdicts, last } = await doctor(url, ...words);
      expect([code, verdicts.at(-1)]).toEqual([1, "upgrade: fail"]);
      return `${last.found} → ${last.advice}`;
    };
    expect(await refusal(closed.url)).toMatch(/^answered 404 .*path/);
    expect(await refusal(`${closed.url}voice`)).toMatch(/^answered 401 .*--bearer/);
    expect(await refusal(`${closed.url}voice`, "--header", "Origin: https://x.example")).toMatch(
      /^answered 403 .*origin/,
    );
    const full = await serve({ maxSessions: 0 });
    expect(await refusal(full.url)).toMatch(/^answered 503 .*busy/);
    const plain = await listening(createServer((_, response) => void response.end("hello")));
    expect(await refusal(plain)).toMatch(/^answered 200 .*not a WebSocket endpoint/);
  });

  it("finds out that nobody is there, or something else", async () => {
    const { url, server } = await serve();
    await server.close();
    const nobody = await doctor(url);
    expect([nobody.verdicts, nobody.last.advice]).toEqual([
      ["address: ok", "network: fail"],
      expect.stringContaining("Nobody listens there"),
    ]);
    const unknown = await doctor("ws://nobody.invalid");
    expect(unknown.verdicts).toEqual(["address: fail"]);
    const http = createServer();
    const chat = new WebSocketServer({ server: http, handleProtocols: () => false });
    afterwards(() => chat.close());
    const wrong = await doctor(await listening(http));
    expect(wrong.verdicts.slice(-2)).toEqual(["profile: warn", "codec: fail"]);
  });

  it("finds a server from before subprotocols, checks the rest of it, and tells how to call it", async () => {
    const http = createServer();
    http.on("upgrade", ({ headers }) => void delete headers["sec-websocket-protocol"]); // as if it had never heard of it
    await serve({
      server: http,
      onCall: async (call) => {
        for await (const frame of call.audio) call.output.send(frame);
      },
    });
    const url = await listening(http);
    const { code, verdicts } = await doctor(url);
    const expected = [...before, "audio: ok", "ending: ok"].map((line) => line.replace("profile: ok", "profile: warn"));
    expect([code, verdicts]).toEqual([0, expected]);
    const { out } = await cli("doctor", url);
    expect(out.find((line) => line.includes("→"))).toMatch(/profiles: \[\].*<voice-call profiles="">.*--profile none/);
    expect(await doctor(url, "--profile", "none")).toMatchObject({
      code: 0,
      verdicts: [...before, ...expected.slice(-2)],
    });
    const talk = ["--duration", "0.2", "--profile"];
    expect((await cli("call", url, ...talk, "none")).code).toBe(0);
    expect((await cli("call", url, ...talk, "rtvbp.v1")).code).toBe(1);
    expect((await cli("loadtest", url, "--connections", "2", ...talk, "none")).code).toBe(0);
    expect((await cli("call", url, "--profile", "rtvbp.v9")).code).toBe(2);
  });

  it("says so where the endpoint does not speak the protocol", async () => {
    const http = createServer();
    const chat = new WebSocketServer({ server: http, handleProtocols: () => "rtvbp.v1" });
    chat.on("connection", (socket) => socket.on("message", () => socket.send("what?")));
    afterwards(() => {
      for (const socket of chat.clients) socket.terminate();
    });
    const { code, verdicts, last } = await doctor(await listening(http));
    expect([code, verdicts.at(-1)]).toEqual([1, "codec: fail"]);
    expect(last.advice).toContain("session.initialize");
  });
});
