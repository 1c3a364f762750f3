import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { placeCall } from "../../../lib/node/index.ts";
import { dial, until } from "../node/voice-side.ts";
import { blocks, bundleProgram, freePort, place, run, startEndpoint, token, typeErrors } from "./guide.ts";

describe("the endpoint author's guide", () => {
  it("shows TypeScript that is right", () => {
    const folder = place("types");
    const snippets = blocks("ts");
    expect(snippets.length).toBeGreaterThanOrEqual(10);
    for (const [i, { name = `snippet-${i + 1}`, text }] of snippets.entries())
      writeFileSync(join(folder, `${name}.ts`), text);
    // What a snippet takes for granted: there is an agent.
    expect(typeErrors(folder, 'declare global { const agent: import("voicebridge/node").Agent; }')).toBe("");
  }, 120_000);

  it("has an endpoint that lets in who it should, tells how it is, and drains on SIGTERM", async () => {
    const program = await bundleProgram("server", "server");
    const { url, child, exit, said } = await startEndpoint(program);
    const voice = `${url}/voice/echo`;
    const http = url.replace("ws", "http");
    expect(await (await fetch(`${http}/healthz`)).json()).toEqual({ status: "ok", sessions: 0 });
    const refusal = async (options: object) =>
      (await dial({ url: voice, ...options }).catch((error: Error) => error)) as Error;
    expect((await refusal({})).message).toContain("401");
    expect((await refusal({ bearer: "guess" })).message).toContain("401");
    const headers = { Origin: "https://elsewhere.example" };
    expect((await refusal({ bearer: token, headers })).message).toContain("403");
    expect((await refusal({ url: `${url}/voice/nobody`, bearer: token })).message).toContain("404");

    const page = { headers: { Origin: "https://www.example.com" }, bearerCarrier: "subprotocol" } as const;
    const caller = await dial({ url: voice, bearer: token, ...page });
    caller.send(Buffer.alloc(320, 7));
    await until(() => caller.receivedBytes() === 320, "the echo");
    expect(await (await fetch(`${http}/metrics`)).text()).toMatch(/^voicebridge_sessions 1$/m);
    expect(await (await fetch(`${http}/stats`)).json()).toMatchObject({ refused: { credentials: 2, origin: 1 } });

    child.kill("SIGTERM");
    await until(async () => (await fetch(`${http}/healthz`)).status === 503, "no new calls");
    expect((await refusal({ bearer: token })).message).toContain("503");
    await caller.session.hangUp();
    expect(await exit, said()).toBe(0);
    expect(said()).not.toContain(token);
  }, 60_000);

  it("has an endpoint that does not start without its secret", async () => {
    const program = await bundleProgram("server", "secret");
    const { exit, said } = run(process.execPath, [program], { PORT: "0", VOICE_TOKEN: "" });
    expect(await exit).toBe(1);
    expect(said()).toContain("VOICE_TOKEN is not set");
  }, 30_000);

  it("has a cluster that answers on one port, replaces a process that died, and drains", async () => {
    const program = await bundleProgram("cluster", "cluster");
    const [port, statusPort] = [await freePort(), await freePort()];
    const { child, exit, said } = run(process.execPath, [program], {
      PORT: String(port),
      STATUS_PORT: String(statusPort),
      PROCESSES: "1",
    });
    const started = () => [...said().matchAll(/process (\d+) answers/g)].map(([, pid]) => Number(pid));
    await until(() => started().length === 1, "a process", 30_000);
    const talk = async () => {
      const caller = await placeCall({ url: `ws://127.0.0.1:${port}/`, codecs: ["L16/8000/1"] });
      caller.output.send(Buffer.alloc(320, 7));
      await until(() => caller.receivedBytes === 320, "the echo");
      return caller;
    };
    const caller = await talk();
    await until(async () => {
      const metrics = await fetch(`http://127.0.0.1:${statusPort}/metrics`).catch(() => undefined);
      return (await metrics?.text())?.includes("voicebridge_sessions 1\n") ?? false;
    }, "the figures of the first process");
    process.kill(started()[0]!, "SIGKILL");
    expect(await caller.ended).toMatchObject({ by: "network" });
    await until(() => started().length === 2, "another process", 30_000);
    const again = await talk();
    child.kill("SIGTERM");
    await again.hangUp();
    expect(await exit, said()).toBe(0);
  }, 90_000);
});
