import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { connectNodeWebSocket, findCodec, Session } from "../../../lib/node/index.ts";
import { type HostileFrame, HostileFrames } from "./hostile-frames.ts";
import { afterwards, serve } from "./server-rig.ts";
import { dial, noise, until } from "./voice-side.ts";

/** `TEST_LONG=1` for more of them. */
const framesEach = process.env["TEST_LONG"] ? 60_000 : 16_000;
const framesPerSession = 400;
const maxGrowthBytes = 8 << 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is in use when nothing is going on. */
async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

function send(socket: WebSocket, frame: HostileFrame): void {
  if ("text" in frame) socket.send(frame.text);
  else if ("rawText" in frame) socket.send(frame.rawText, { binary: false });
  else socket.send(frame.binary);
}

/** Sends as many as the other side takes. Resolves with how many it has seen for sure: all of them, or none that count where it hung up. */
async function pour(socket: WebSocket, frames: HostileFrames, count: number): Promise<number> {
  const closed = new Promise<boolean>((resolve) => {
    socket.once("close", () => resolve(false));
  });
  const seen = new Promise<boolean>((resolve) => {
    socket.once("pong", () => resolve(true));
  });
  let sent = 0;
  for (; sent < count && socket.readyState === WebSocket.OPEN; sent++) {
    send(socket, frames.next());
    if (sent % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  if (socket.readyState === WebSocket.OPEN) socket.ping();
  return (await Promise.race([closed, seen])) ? sent : 0;
}

/** Runs `round` until enough frames were sent; memory after the first half is what it is at the end. */
async function withoutGrowth(round: () => Promise<number>): Promise<number> {
  let frames = 0;
  while (frames < framesEach / 2) frames += await round();
  const half = await heapBytes();
  while (frames < framesEach) frames += await round();
  expect((await heapBytes()) - half).toBeLessThan(maxGrowthBytes);
  return frames;
}

describe(`${2 * framesEach} hostile frames`, () => {
  it("do not crash the server, make it grow, or spoil the next call", async () => {
    const { url, server, calls } = await serve({
      logger: undefined as never,
      onCall: async (call) => {
        for await (const frame of call.audio) call.output.send(frame);
      },
      messageRate: { perSecond: 1e9, burst: 1e9 },
      maxMalformed: 20,
    });
    const frames = new HostileFrames(4001);
    const total = await withoutGrowth(async () => {
      const socket = new WebSocket(url, ["rtvbp.v1"]);
      socket.on("error", () => {});
      await new Promise((resolve) => socket.once("open", resolve));
      const sent = await pour(socket, frames, framesPerSession);
      socket.terminate();
      return sent;
    });
    expect(total).toBeGreaterThanOrEqual(framesEach);
    await until(() => server.stats().sessions === 0);
    expect(server.stats().accepted).toBeGreaterThanOrEqual(total / framesPerSession);
    expect(server.stats().failedHandlers).toBe(0);
    expect(calls).toEqual([]);
    const voice = await dial({ url });
    voice.send(noise(320));
    await until(() => voice.receivedBytes() === 320, "the echo");
    await voice.session.hangUp();
  }, 400_000);

  it("do not crash a caller, make it grow, or spoil the next call", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "rtvbp.v1" });
    await new Promise((resolve) => server.once("listening", resolve));
    afterwards(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const frames = new HostileFrames(4002);
    const ends = new Set<string>();
    await withoutGrowth(async () => {
      const opened = new Promise<WebSocket>((resolve) => server.once("connection", resolve));
      const session = new Session({
        role: "voice",
        transport: connectNodeWebSocket({ url: `ws://127.0.0.1:${port}/` }),
        maxMalformed: 20,
        requestTimeoutMs: 60_000,
        onFrame: () => {},
      });
      const call = { id: "c", session_id: "s", from: "", to: "" };
      const codecs = [findCodec("L16/8000/1")!];
      const initialized = session.initialize({ application: { id: "" }, call, codecs }).catch(() => {});
      const socket = await opened;
      socket.on("error", () => {});
      const [request] = await new Promise<unknown[]>((resolve) => socket.once("message", (...words) => resolve(words)));
      const { id } = JSON.parse(String(request)) as { id: string };
      socket.send(JSON.stringify({ version: "1", response: id, result: { audio_codec: codecs[0] } }));
      const sent = await pour(socket, frames, framesPerSession);
      socket.terminate();
      await session.close();
      await initialized;
      ends.add((await session.ended).reason);
      return sent;
    });
    expect(ends.size).toBeGreaterThan(1); // some were given up, some lasted
    const honest = await serve();
    const voice = await dial({ url: honest.url });
    expect(voice.session.state).toBe("active");
    await voice.session.hangUp();
  }, 400_000);
});
