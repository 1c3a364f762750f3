import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createHub, createVoiceServer } from "../../../lib/node/index.ts";
import { requestUrl } from "../../../lib/node/request-url.ts";
import { afterwards, serve, upgrade } from "./server-rig.ts";
import { until } from "./voice-side.ts";

const asUpgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const handshake = `${asUpgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

/** Sends a request as it is written here; the status of the answer, or why there was none. */
function statusOf(port: number, target: string, headers = ""): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: here\r\n${headers}\r\n`),
    );
    socket.once("data", (data) => {
      resolve(data.toString().slice(9, 12));
      socket.destroy();
    });
    socket.once("error", ({ message }) => resolve(message));
    socket.once("close", () => resolve("closed without an answer"));
  });
}

/** Asks, and is gone before it can be answered. */
function askAndReset(port: number, target: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: here\r\n${handshake}\r\n${"x".repeat(70_000)}`);
      socket.resetAndDestroy();
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve());
  });
}

const portOf = (url: string): number => Number(new URL(url).port);
const unreadable = ["//", "//[", "/\\", "//host:99999999/", "http://[", "*"];

describe("a request whose address is none", () => {
  it("is read as a path where it can be, and has none otherwise", () => {
    const pathOf = (target?: string) => requestUrl(target).pathname;
    expect([undefined, "/a?b=c", "//a", "http://elsewhere/a", "/%", "http://[", "*"].map(pathOf)).toEqual([
      "/",
      "/a",
      "//a",
      "/a",
      "/%",
      "",
      "",
    ]);
  });

  it("is refused by a voice server, which goes on", async () => {
    const { url, server } = await serve({ path: "/voice", status: true });
    for (const target of unreadable) {
      expect(await statusOf(portOf(url), target, handshake), `upgrade ${target}`).toBe("404");
      expect(await statusOf(portOf(url), target), target).toBe("404");
    }
    expect(server.stats().refused.path).toBe(unreadable.length);
    expect((await upgrade(`${url}voice`)).status).toBe(101);
  });

  it("is refused by a hub, which goes on", async () => {
    const hub = createHub({ port: 0, host: "127.0.0.1" });
    afterwards(() => hub.close());
    await hub.ready;
    for (const target of unreadable) expect(await statusOf(portOf(hub.url), target, handshake), target).toBe("404");
    expect(hub.stats().refused.path).toBe(unreadable.length);
    expect((await upgrade(`${hub.url}?id=alice`, { protocols: [] })).status).toBe(101);
  });
});

describe("a client that is gone before it is refused", () => {
  it("does no harm to a server of its own", async () => {
    const { url, server } = await serve({ path: "/voice" });
    for (let i = 0; i < 20; i++) await askAndReset(portOf(url), "/nowhere");
    await until(() => server.stats().refused.path > 0, "some of them to be refused");
    expect((await upgrade(`${url}voice`)).status).toBe(101);
  });

  it("does no harm where a voice server and a hub share a server, and neither is meant", async () => {
    const http = createServer();
    const voice = createVoiceServer({ server: http, path: "/voice", onCall: () => {} });
    const hub = createHub({ server: http });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(async () => {
      await Promise.all([voice.close(), hub.close()]);
      await new Promise((resolve) => http.close(resolve));
    });
    const { port } = http.address() as AddressInfo;
    for (let i = 0; i < 20; i++) await askAndReset(port, "/nowhere");
    expect(await statusOf(port, "/nowhere", handshake)).toBe("404");
    expect((await upgrade(`ws://127.0.0.1:${port}/voice`)).status).toBe(101);
    expect((await upgrade(`ws://127.0.0.1:${port}/hub?id=alice`, { protocols: [] })).status).toBe(101);
  });
});

describe("an upgrade at a path that none of our servers has", () => {
  it("is left to whoever else listens on the server", async () => {
    const http = createServer();
    const voice = createVoiceServer({ server: http, path: "/voice", onCall: () => {} });
    http.on("upgrade", (request, socket) => {
      if (request.url === "/theirs") socket.end("HTTP/1.1 418 I'm a teapot\r\nConnection: close\r\n\r\n");
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    afterwards(async () => {
      await voice.close();
      await new Promise((resolve) => http.close(resolve));
    });
    expect(await statusOf((http.address() as AddressInfo).port, "/theirs", handshake)).toBe("418");
    expect(voice.stats().refused.path).toBe(0);
  });
});
