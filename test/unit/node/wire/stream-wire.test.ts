import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { connectLean } from "../../../../lib/node/load/connect-lean.ts";
import { StreamWire } from "../../../../lib/node/wire/stream-wire.ts";
import { afterwards, bareClient, closing, first, serve } from "../server-rig.ts";
import { noise, until } from "../voice-side.ts";
import { clientFrame } from "./client-frame.ts";

const never = new AbortController().signal;

/** A wire over a connection whose bytes the test makes and sees. */
function rig(side: "client" | "server", takes = true) {
  const written: Buffer[] = [];
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      written.push(chunk);
      if (takes) done();
    },
  });
  const events: string[] = [];
  const wire = new StreamWire(stream, { side, maxMessageBytes: 1 << 20 });
  wire.onGone = () => events.push("gone");
  wire.listen({
    text: (text) => events.push(`text ${text}`),
    frame: (bytes) => events.push(`frame ${Buffer.from(bytes).toString("hex")}`),
    close: (code, reason, clean) => events.push(`close ${code} ${reason} ${clean}`),
  });
  return { stream, wire, written, events };
}

const frame = (first: number, payload: string | Buffer): Buffer =>
  clientFrame({ first, payload: Buffer.from(payload), key: false });
const goodbye = (code: number, reason: string): Buffer =>
  Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);

describe("a wire over a connection", () => {
  it("delivers, answers pings, and says goodbye once", async () => {
    const { stream, wire, written, events } = rig("server");
    stream.push(
      Buffer.concat([
        clientFrame({ first: 0x82, payload: Buffer.from([1, 2]) }),
        clientFrame({ first: 0x89, payload: Buffer.from("there?") }),
        clientFrame({ first: 0x81, payload: Buffer.from("hé") }),
        clientFrame({ first: 0x88, payload: goodbye(1000, "bye") }),
        clientFrame({ first: 0x82, payload: Buffer.from([3]) }),
      ]),
    );
    stream.push(null);
    await until(() => events.length === 4);
    expect(events).toEqual(["frame 0102", "text hé", "gone", "close 1000 bye true"]);
    expect(written).toEqual([frame(0x8a, "there?"), frame(0x88, goodbye(1000, ""))]);
    wire.sendFrame(Buffer.from([1]));
    wire.sendText("too late");
    wire.close(1000, "again");
    expect(written.length).toBe(2);
  });

  it("sends every message as one piece, and nothing behind its goodbye", () => {
    const { wire, written } = rig("server");
    const memory = noise(70_000);
    for (const length of [0, 1, 125, 126, 320, 65_535, 65_536]) wire.sendFrame(memory.subarray(3, 3 + length));
    wire.sendText("hé");
    wire.ping();
    wire.close(1012, "restart");
    wire.sendText("too late");
    const payloads = [0, 1, 125, 126, 320, 65_535, 65_536].map((length) => memory.subarray(3, 3 + length));
    expect(written).toEqual([
      ...payloads.map((payload) => frame(0x82, Buffer.from(payload))),
      frame(0x81, "hé"),
      frame(0x89, ""),
      frame(0x88, goodbye(1012, "restart")),
    ]);
  });

  it("keeps nothing of a frame that it sends", () => {
    const { wire, written } = rig("server");
    const bytes = Buffer.from([1, 2, 3]);
    wire.sendFrame(bytes);
    bytes.fill(0);
    expect(written).toEqual([frame(0x82, Buffer.from([1, 2, 3]))]);
  });

  it("counts what waits in this process, answers to pings included", async () => {
    const { stream, wire } = rig("server", false);
    const told: number[] = [];
    wire.onSent = (bytes) => told.push(bytes);
    wire.sendFrame(new Uint8Array(320));
    expect(wire.bufferedBytes).toBe(324);
    wire.sendText("x".repeat(100));
    stream.push(clientFrame({ first: 0x89, payload: Buffer.alloc(100) }));
    await until(() => told.length === 2);
    expect(told).toEqual([324 + 102, 324 + 102 + 102]);
  });

  it("tells a peer that breaks the protocol why, hears nothing more of it, and lets go", async () => {
    const { stream, written, events } = rig("server");
    stream.push(Buffer.concat([frame(0x82, "not masked"), clientFrame({ first: 0x81, payload: Buffer.from("late") })]));
    stream.push(null);
    await until(() => events.length === 2);
    expect(events).toEqual(["gone", "close 1006 masked as it must not be false"]);
    expect(written).toEqual([frame(0x88, goodbye(1002, "masked as it must not be"))]);
  });

  it("masks as a client what it sends by the key it sends, wherever the bytes lie in memory", () => {
    const memory = noise(70_000);
    for (const length of [0, 1, 2, 3, 5, 125, 126, 127, 320, 323, 65_535, 65_536]) {
      for (const offset of [0, 1, 2, 3, 4]) {
        const { wire, written } = rig("client");
        const payload = memory.subarray(offset, offset + length);
        wire.sendFrame(payload);
        const [sent] = written;
        const start = length < 126 ? 6 : length < 65_536 ? 8 : 14;
        const key = sent!.subarray(start - 4, start);
        const unmasked = sent!.subarray(start).map((byte, i) => byte ^ key[i % 4]!);
        expect(Buffer.from(unmasked).equals(payload), `${length} bytes at ${offset}`).toBe(true);
        expect(sent!.length).toBe(start + length);
      }
    }
  });

  it("leaves the end of the connection to the server, and tells a clean end from a lost one", async () => {
    const left = rig("client");
    left.stream.push(frame(0x88, goodbye(1000, "bye")));
    await until(() => left.written.length === 1);
    expect(left.stream.writableEnded).toBe(false);
    left.stream.push(null);
    await until(() => left.events.length === 2);
    expect(left.events).toEqual(["gone", "close 1000 bye true"]);
    const lost = rig("client");
    lost.stream.destroy();
    await until(() => lost.events.length === 2);
    expect(lost.events).toEqual(["gone", "close 1006  false"]);
  });

  it("speaks to a real server, in every length", async () => {
    const { url, calls } = await serve();
    const transport = await connectLean({ url })(never);
    transport.listen({ text: () => {}, close: () => {} });
    afterwards(() => transport.close());
    const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };
    const call = { id: "c", session_id: "s", from: "", to: "é".repeat(40_000) };
    const params = { application: { id: "" }, call, audio_codec_offerings: [codec], metadata: null };
    transport.sendText(JSON.stringify({ version: "1", id: "1", method: "session.initialize", params }));
    transport.sendText(
      JSON.stringify({ version: "1", id: "2", event: "session.updated", data: { audio_codec: codec } }),
    );
    const answered = await first(calls);
    expect(answered.call.to).toBe(call.to);
    const lengths = [1, 125, 126, 320, 65_535, 65_536, 100_000];
    const reader = answered.audio[Symbol.asyncIterator]();
    for (const [i, length] of lengths.entries()) {
      transport.sendFrame(noise(length, i + 1));
      expect(Buffer.from((await reader.next()).value!).equals(noise(length, i + 1))).toBe(true);
    }
  });
});

describe("a voice server's end of it", () => {
  it("tells a client that sends text which is none, and one that sends too much", async () => {
    const { url, server } = await serve({ limits: { maxTextBytes: 1000, maxFrameBytes: 1000 } });
    const crooked = await bareClient(url);
    const crookedEnd = closing(crooked);
    crooked.send(Buffer.from([0xff]), { binary: false });
    expect(await crookedEnd).toEqual({ code: 1007, reason: "text that is not UTF-8" });
    const long = await bareClient(url);
    const longEnd = closing(long);
    long.send(new Uint8Array(1001));
    expect(await longEnd).toEqual({ code: 1009, reason: "too long" });
    await until(() => server.stats().sessions === 0);
  });

  it("takes fragments, and bytes that come with the request", async () => {
    const { url, calls } = await serve();
    const socket = await bareClient(url);
    const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };
    const call = { id: "c", session_id: "s", from: "a", to: "b" };
    const params = { application: { id: "" }, call, audio_codec_offerings: [codec], metadata: null };
    const offer = JSON.stringify({ version: "1", id: "1", method: "session.initialize", params });
    const updated = JSON.stringify({ version: "1", id: "2", event: "session.updated", data: { audio_codec: codec } });
    socket.send(offer.slice(0, 20), { fin: false });
    socket.send(offer.slice(20), { fin: true });
    socket.send(updated);
    expect((await first(calls)).call).toEqual(call);
    const tcp = connectTcp(Number(new URL(url).port), "127.0.0.1");
    afterwards(() => tcp.destroy());
    tcp.resume();
    const lines = [
      "GET / HTTP/1.1",
      "Host: x",
      "Connection: Upgrade",
      "Upgrade: WebSocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${"a".repeat(22)}==`,
    ];
    const early = [offer, updated].map((text) => clientFrame({ first: 0x81, payload: Buffer.from(text) }));
    tcp.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), ...early]));
    await until(() => calls.length === 2, "the call that came at once");
  });

  it("refuses what is no handshake, and says which version it speaks", async () => {
    const { url, server } = await serve();
    const key = `${"a".repeat(22)}==`;
    const good = { Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key };
    const ask = (method: string, headers: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        const tcp = connectTcp(Number(new URL(url).port), "127.0.0.1");
        let answer = "";
        tcp.on("data", (chunk) => {
          answer += chunk;
        });
        tcp.once("close", () => resolve(answer));
        const lines = Object.entries({ Host: "x", Connection: "Upgrade", ...headers }).map((line) => line.join(": "));
        tcp.write(`${method} / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      });
    const wrong: [string, Record<string, string>][] = [
      ["POST", good],
      ["GET", { ...good, Upgrade: "h2c" }],
      ["GET", { ...good, "Sec-WebSocket-Version": "8" }],
      ["GET", { ...good, "Sec-WebSocket-Key": "short" }],
    ];
    for (const [method, headers] of wrong) {
      const answer = await ask(method, headers);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("Sec-WebSocket-Version: 13");
    }
    expect(server.stats().refused.malformed).toBe(wrong.length);
  });
});

describe("dialling with it", () => {
  it("fails as dialling does", async () => {
    const guarded = await serve({ authorize: ({ token }) => token === "good" });
    const code = async (options: Parameters<typeof connectLean>[0], signal = never) =>
      connectLean(options)(signal).then(
        (transport) => transport.close().then(() => "connected"),
        (error: { code?: string }) => error.code,
      );
    expect(await code({ url: guarded.url })).toBe("transport-refused");
    expect(await code({ url: guarded.url, bearer: "good" })).toBe("connected");
    expect(await code({ url: guarded.url, bearer: "good", bearerCarrier: "subprotocol" })).toBe("connected");
    expect(await code({ url: "ws://127.0.0.1:1/" })).toBe("transport-unreachable");
    const given = new AbortController();
    const silent: Server = createServer();
    silent.on("upgrade", (_, socket) => {
      afterwards(() => socket.destroy());
      given.abort();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => silent.close(resolve)));
    const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    expect(await code({ url }, given.signal)).toBe("transport-aborted");
    expect(await code({ url, connectTimeoutMs: 20 })).toBe("transport-timeout");
    const liar: Server = createServer();
    liar.on("upgrade", (_, socket) =>
      socket.end("HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    );
    await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => liar.close(resolve)));
    expect(await code({ url: `ws://127.0.0.1:${(liar.address() as AddressInfo).port}/` })).toBe("transport-refused");
  });
});
