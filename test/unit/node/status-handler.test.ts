import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createStatusHandler } from "../../../lib/node/index.ts";
import { metricsText } from "../../../lib/node/metrics-text.ts";
import { afterwards, first, serve, upgrade } from "./server-rig.ts";
import { dial, noise, until } from "./voice-side.ts";

/** Prometheus text to name{labels} → value; every sample must have been introduced by HELP and TYPE. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    else if (!/^# HELP [a-z_]+ \S/.test(line)) {
      const sample = /^([a-z_]+)(\{[a-z_]+="[^"]*"\})? (\S+)$/.exec(line);
      expect(sample, line).not.toBeNull();
      const [, name = "", labels = "", value] = sample!;
      expect(types.has(name), line).toBe(true);
      expect(name.endsWith("_total")).toBe(types.get(name) === "counter");
      samples.set(name + labels, Number(value));
    }
  }
  return samples;
}

describe("the figures of a voice server", () => {
  it("are there for Prometheus, with what happened", async () => {
    const { url, server, calls } = await serve({ status: true });
    const voice = await dial({ url });
    const call = await first(calls);
    for (let i = 0; i < 3; i++) voice.send(noise(320));
    call.output.send(noise(640));
    await until(() => call.audio.receivedBytes === 960 && voice.receivedBytes() === 640);
    await upgrade(url, { headers: { Origin: "https://evil.example" } });
    const answer = await fetch(`${url.replace("ws", "http")}metrics?x=1`);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const samples = parse(await answer.text());
    expect(Object.fromEntries(samples)).toMatchObject({
      voicebridge_sessions: 1,
      voicebridge_draining: 0,
      voicebridge_accepted_total: 1,
      'voicebridge_refused_total{cause="origin"}': 1,
      'voicebridge_refused_total{cause="rate"}': 0,
      'voicebridge_media_frames_total{direction="received"}': 3,
      'voicebridge_media_bytes_total{direction="received"}': 960,
      'voicebridge_media_bytes_total{direction="sent"}': 640,
      'voicebridge_lost_frames_total{cause="unread"}': 0,
      'voicebridge_ended_total{by="remote"}': 0,
    });
    expect(samples.get("voicebridge_resident_memory_bytes")).toBeGreaterThan(1e7);
    await voice.session.hangUp();
    await until(() => server.stats().sessions === 0);
    // What a call carried stays counted when it is over.
    expect(server.stats()).toMatchObject({ media: { receivedBytes: 960, sentBytes: 640 }, ended: { remote: 1 } });
  });

  it("name the delay of the event loop in seconds", () => {
    const stats = {
      state: "draining",
      sessions: 0,
      pendingUpgrades: 0,
      accepted: 0,
      refused: {},
      ended: {},
      cutOff: {},
      failedHandlers: 0,
      media: {},
      backlogBytes: 0,
    } as unknown as Parameters<typeof metricsText>[0];
    const text = metricsText(stats, { residentBytes: 1, loopDelayMs: { p50: 1, p99: 25, max: 1500 } });
    const samples = parse(text);
    expect(samples.get('voicebridge_event_loop_delay_seconds{quantile="0.99"}')).toBe(0.025);
    expect(samples.get('voicebridge_event_loop_delay_seconds{quantile="1"}')).toBe(1.5);
    expect(samples.get("voicebridge_draining")).toBe(1);
  });

  it("are there as JSON", async () => {
    const { url } = await serve({ status: true });
    const stats = (await (await fetch(`${url.replace("ws", "http")}stats`)).json()) as Record<string, unknown>;
    expect(stats).toMatchObject({ state: "open", sessions: 0, refused: { full: 0 }, cutOff: { slow: 0 } });
    expect(stats.process).toMatchObject({ residentBytes: expect.any(Number), uptimeS: expect.any(Number) });
  });

  it("are nobody's business unless asked for, and then theirs who are allowed", async () => {
    const closed = await serve();
    expect((await fetch(`${closed.url.replace("ws", "http")}metrics`)).status).toBe(426);
    const guarded = await serve({
      status: { authorize: ({ headers }) => headers.authorization === "Bearer scrape", paths: { metrics: "/m" } },
    });
    const http = guarded.url.replace("ws", "http");
    expect((await fetch(`${http}m`)).status).toBe(403);
    expect((await fetch(`${http}stats`)).status).toBe(403);
    expect((await fetch(`${http}m`, { headers: { Authorization: "Bearer scrape" } })).status).toBe(200);
    expect((await fetch(`${http}healthz`)).status).toBe(200);
    expect((await fetch(`${http}healthz`, { method: "POST" })).status).not.toBe(200);
  });

  it("are answered behind a server somebody else listens on", async () => {
    const http: Server = createServer();
    const { server } = await serve({ server: http });
    const status = createStatusHandler(server);
    http.on("request", (request, response) => {
      if (!status(request, response)) response.writeHead(418).end();
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => http.close(resolve)));
    const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    expect((await fetch(`${base}/stats`)).status).toBe(200);
    expect((await fetch(`${base}/teapot`)).status).toBe(418);
  });
});
