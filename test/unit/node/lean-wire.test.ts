import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { connectLean } from "../../../lib/node/load/connect-lean.ts";
import { LeanWire } from "../../../lib/node/load/lean-wire.ts";
import { afterwards, first, serve } from "./server-rig.ts";
import { noise, until } from "./voice-side.ts";

const never = new AbortController().signal;

/** A wire over a connection whose bytes the test makes and sees. */
function rig(head = Buffer.alloc(0)) {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      written.push(chunk);
      done();
    },
  });
  const events: string[] = [];
  const wire = new LeanWire(socket, head);
  wire.listen({
    text: (text) => events.push(`text ${text}`),
    frame: (bytes) => events.push(`frame ${Buffer.from(bytes).toString("hex")}`),
    close: (code, reason, clean) => events.push(`close ${code} ${reason} ${clean}`),
  });
  return { socket, wire, written, events };
}

const frame = (first: number, payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
};

describe("the wire of the load generator", () => {
  it("finds frames in whatever pieces they come, and joins those of one message", async () => {
    const bytes = Buffer.concat([
      frame(0x82, Buffer.from([1, 2])),
      frame(0x01, "hel"),
      frame(0x89, "are you there"),
      frame(0x80, "lo"),
      Buffer.concat([Buffer.from([0x82, 126, 1, 0]), Buffer.alloc(256, 7)]),
      frame(0x82, ""),
    ]);
    for (const step of [1, 2, 3, 7, bytes.length]) {
      const { socket, events, written } = rig(bytes.subarray(0, step));
      for (let at = step; at < bytes.length; at += step) socket.push(bytes.subarray(at, at + step));
      await until(() => events.length === 4);
      expect(events).toEqual(["frame 0102", "text hello", `frame ${"07".repeat(256)}`, "frame "]);
      expect(written.length).toBe(1); // the pong
      expect(written[0]![0]).toBe(0x8a);
    }
  });

  it("masks what it sends by the key it sends, wherever the bytes lie in memory", () => {
    const memory = noise(70_000);
    for (const length of [0, 1, 2, 3, 5, 125, 126, 127, 320, 323, 65_535, 65_536]) {
      for (const offset of [0, 1, 2, 3, 4]) {
        const { wire, written } = rig();
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

  it("answers a goodbye once, and tells a clean end from a lost connection", async () => {
    const left = rig();
    left.socket.push(frame(0x88, Buffer.concat([Buffer.from([0x03, 0xe8]), Buffer.from("bye")])));
    left.socket.push(null);
    await until(() => left.events.length === 1);
    expect([left.events, left.written.length]).toEqual([["close 1000 bye true"], 1]);
    const lost = rig();
    lost.socket.destroy();
    await until(() => lost.events.length === 1);
    expect(lost.events).toEqual(["close 1006  false"]);
  });

  it("masks what a real server unmasks, in every length", async () => {
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
