import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { createVoiceServer, PeerDependencyError } from "../../../../lib/node/index.ts";
import { connectNodeWebRtc } from "../../../../lib/node/webrtc/connect-node-webrtc.ts";
import { afterwards, upgrade } from "../server-rig.ts";
import { webRtcProfile } from "./rtc-rig.ts";

vi.mock("werift", () => {
  throw Object.assign(new Error("Cannot find package 'werift'"), { code: "ERR_MODULE_NOT_FOUND" });
});

const profiles = ["rtvbp.v1", webRtcProfile];
const log: string[] = [];
const write = (message: string, fields?: unknown): void => void log.push(`${message} ${JSON.stringify(fields)}`);
const logger = { debug: write, info: write, warn: write, error: write };

describe("without the package werift", () => {
  it("a server that is to speak WebRTC does not begin, and says what to install", async () => {
    const server = createVoiceServer({ port: 0, profiles, onCall: () => {}, logger });
    await expect(server.ready).rejects.toThrow(PeerDependencyError);
    await expect(server.ready).rejects.toThrow(/npm install werift/);
    expect(log.join()).toContain("npm install werift");
    await server.close();
  });

  it("one on a server of somebody else's refuses calls over WebRTC, and answers all others", async () => {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const server = createVoiceServer({ server: http, profiles, onCall: () => {} });
    afterwards(async () => {
      await server.close();
      await new Promise((resolve) => http.close(resolve));
    });
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    expect(await upgrade(url, { protocols: [webRtcProfile] })).toMatchObject({ status: 500 });
    expect(await upgrade(url, { protocols: ["rtvbp.v1"] })).toMatchObject({ status: 101 });
    expect(server.stats().refused.failed).toBe(1);
    await expect(server.ready).rejects.toThrow(PeerDependencyError);
  });

  it("a server without WebRTC does not miss it, and a client says what to install", async () => {
    const server = createVoiceServer({ port: 0, host: "127.0.0.1", onCall: () => {} });
    await server.ready;
    await expect(connectNodeWebRtc({ url: server.url })(new AbortController().signal)).rejects.toThrow(
      PeerDependencyError,
    );
    await server.close();
  });
});
