import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { type Agent, createStatusHandler, createVoiceServer, type VoiceServer } from "../../../lib/node/index.ts";
import { afterwards, serve, upgrade } from "./server-rig.ts";
import { dial, noise, until } from "./voice-side.ts";

const echo: Agent = async (call) => {
  for await (const frame of call.audio) call.output.send(frame);
};

/** A call at `/voice`, echoed byte for byte, beside whatever else the server does. */
async function expectEcho(http: Server, voice: VoiceServer): Promise<void> {
  const base = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const caller = await dial({ url: `ws://${base}/voice` });
  const sent = noise(3200);
  for (let at = 0; at < sent.length; at += 320) caller.send(sent.slice(at, at + 320));
  await until(() => caller.receivedBytes() === sent.length, "the echo");
  expect(Buffer.concat(caller.received).equals(sent)).toBe(true);
  expect((await upgrade(`ws://${base}/elsewhere`)).status).toBe(404);
  expect(await (await fetch(`http://${base}/hello`)).text()).toBe("hello");
  expect(await (await fetch(`http://${base}/healthz`)).json()).toEqual({ status: "ok", sessions: 1 });
  expect(await (await fetch(`http://${base}/metrics`)).text()).toContain("voicebridge_sessions 1\n");
  expect((await fetch(`http://${base}/nothing`)).status).toBe(404);
  await caller.session.hangUp();
  await until(() => voice.stats().sessions === 0);
}

describe("a voice server works behind", () => {
  it("a plain http.Server", async () => {
    const http = createServer((request, response) => {
      if (status(request, response)) return;
      response.writeHead(request.url === "/hello" ? 200 : 404).end("hello");
    });
    const voice = createVoiceServer({ server: http, path: "/voice", onCall: echo });
    const status = createStatusHandler(voice);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => http.close(resolve)));
    await expectEcho(http, voice);
    await voice.drain({ deadlineMs: 1000 });
    expect(http.listening).toBe(true);
  });

  it("Express", async () => {
    const app = express();
    const http = await new Promise<Server>((resolve) => {
      const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    afterwards(() => new Promise((resolve) => http.close(resolve)));
    const voice = createVoiceServer({ server: http, path: "/voice", onCall: echo });
    app.use(createStatusHandler(voice));
    app.get("/hello", (_, response) => void response.send("hello"));
    await expectEcho(http, voice);
    await voice.close();
  });

  it("Fastify, and closes with it", async () => {
    const app = fastify();
    const voice = createVoiceServer({ server: app.server, path: "/voice", onCall: echo });
    const status = createStatusHandler(voice);
    for (const path of ["/healthz", "/stats", "/metrics"]) {
      app.get(path, (request, reply) => {
        reply.hijack();
        status(request.raw, reply.raw);
      });
    }
    app.get("/hello", () => "hello");
    app.addHook("preClose", () => voice.drain({ deadlineMs: 1000, graceMs: 0 }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    await expectEcho(app.server, voice);
    const caller = await dial({ url: `ws://127.0.0.1:${(app.server.address() as AddressInfo).port}/voice` });
    await app.close();
    expect(await caller.session.ended).toMatchObject({ by: "remote", reason: "service restart" });
    expect(app.server.listening).toBe(false);
  });
});

describe("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "voicebridge-tls-"));
  afterwards(() => rmSync(folder, { recursive: true }));
  const certificate = (name: string) => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
    const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"].concat(
        ["-keyout", key, "-out", cert],
        subject,
      ),
      { stdio: "pipe" },
    );
    return { key: readFileSync(key), cert: readFileSync(cert) };
  };
  const [before, after] = [certificate("before"), certificate("after")];

  it("is spoken by a server of its own, whose certificate can be renewed while it runs", async () => {
    const { url, server } = await serve({ tls: before, onCall: echo });
    expect(url).toMatch(/^wss:/);
    const caller = await dial({ url, ca: before.cert });
    caller.send(noise(320));
    await until(() => caller.receivedBytes() === 320);
    await expect(dial({ url, ca: after.cert })).rejects.toMatchObject({ code: "transport-unreachable" });
    server.renewTls(after);
    await dial({ url, ca: after.cert });
    caller.send(noise(320));
    await until(() => caller.receivedBytes() === 640, "the call from before the renewal");
  });

  it("is spoken by the server it works behind", async () => {
    const https = createTlsServer(before);
    await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => https.close(resolve)));
    const { server } = await serve({ server: https, onCall: echo });
    expect(server.url).toMatch(/^wss:/);
    const caller = await dial({ url: server.url, ca: before.cert });
    expect(caller.session.state).toBe("active");
    expect(() => server.renewTls(after)).toThrow(/does not speak TLS itself/);
  });
});
