import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { SimulatedClock, seededRandom } from "../../../lib/testing/index.ts";
import {
  type FaultProxy,
  type FaultProxyOptions,
  runFaultProxy,
  startFaultProxy,
} from "../../../lib/testing/node/index.ts";
import { noise, until } from "../node/voice-side.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** What one side of a connection has seen. */
class Seen {
  received = Buffer.alloc(0);
  ended = false;
  closed = false;
  error: string | undefined = undefined;
  constructor(readonly socket: Socket) {
    socket.on("data", (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    socket.on("close", () => {
      this.closed = true;
    });
  }
}

interface Rig {
  readonly clock: SimulatedClock;
  readonly proxy: FaultProxy;
  /** A connection through the proxy, both of its sides. */
  dial(): Promise<{ client: Seen; server: Seen }>;
}

async function rig(options: Partial<FaultProxyOptions> & { realTime?: boolean } = {}): Promise<Rig> {
  const { realTime = false, ...rest } = options;
  const server: Server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clock = new SimulatedClock(0);
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await startFaultProxy({ target, ...(realTime ? {} : { clock }), ...rest });
  const sockets = new Set<Socket>();
  opened.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await proxy.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  const dial = async (): Promise<{ client: Seen; server: Seen }> => {
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    sockets.add(socket);
    const client = new Seen(socket);
    const [other] = await accepted;
    sockets.add(other);
    return { client, server: new Seen(other) };
  };
  return { clock, proxy, dial };
}

/** Sends pieces one by one, each only when the one before has gone into the proxy: their edges stay. */
async function send(
  proxy: FaultProxy,
  socket: Socket,
  direction: "up" | "down",
  ...pieces: Uint8Array[]
): Promise<void> {
  for (const piece of pieces) {
    const before = proxy.stats[direction].bytesIn;
    socket.write(piece);
    await until(() => proxy.stats[direction].bytesIn >= before + piece.length, "the proxy to take a piece");
  }
}

const isTcpEnd = (seen: Seen) => () => seen.ended || seen.closed;

describe("the fault proxy", () => {
  it("without faults: carries every byte both ways, and the end of each direction by itself", async () => {
    const { proxy, dial } = await rig();
    const { client, server } = await dial();
    const [up, down] = [noise(300_000, 1), noise(500_000, 2)];
    client.socket.end(up);
    await until(() => server.ended, "the end of the way up");
    server.socket.end(down);
    await until(() => client.closed, "the end of the way down");
    expect(server.received.equals(up)).toBe(true);
    expect(client.received.equals(down)).toBe(true);
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    await until(() => proxy.stats.open === 0, "the connection to be forgotten");
    expect(proxy.stats).toMatchObject({ accepted: 1, reset: 0, actions: [], up: { bytesOut: 300_000 } });
  });

  it("delays, limits and jitters, and still carries every byte in order", async () => {
    const { dial } = await rig({ script: "delay 3±3; limit 3MB", seed: 8, realTime: true });
    const { client, server } = await dial();
    const [up, down] = [noise(200_000, 3), noise(200_000, 4)];
    client.socket.end(up);
    server.socket.end(down);
    await until(() => client.closed && server.closed, "the end");
    expect([server.received.equals(up), client.received.equals(down)]).toEqual([true, true]);
  });

  it("holds bytes for exactly as long as it is told", async () => {
    const { clock, proxy, dial } = await rig({ script: "up delay 250" });
    const { client, server } = await dial();
    await send(proxy, client.socket, "up", noise(10));
    await clock.advance(249);
    expect(proxy.stats.up.bytesOut).toBe(0);
    await clock.advance(1);
    expect(proxy.stats.up.bytesOut).toBe(10);
    await until(() => server.received.length === 10, "the bytes");
    await send(proxy, server.socket, "down", noise(5));
    expect(proxy.stats.down.bytesOut).toBe(5);
  });

  it("stalls, then lets everything go at once", async () => {
    const { clock, proxy, dial } = await rig({ script: "down stall 400 after 8" });
    const { server } = await dial();
    await send(proxy, server.socket, "down", noise(8), noise(100), noise(200));
    expect(proxy.stats.down.bytesOut).toBe(8);
    await clock.advance(399);
    expect(proxy.stats.down.bytesOut).toBe(8);
    await clock.advance(1);
    expect(proxy.stats.down).toMatchObject({ bytesOut: 308, stalls: 1 });
    expect(proxy.stats.actions.map(({ what }) => what)).toEqual([
      "down stall 400 after 8",
      "burst of 2 pieces, 300 bytes",
    ]);
  });

  it("lets no more through than its limit, in pieces", async () => {
    const { clock, proxy, dial } = await rig({ script: "limit 10kB" });
    const { client } = await dial();
    await send(proxy, client.socket, "up", noise(2000));
    const out: number[] = [];
    for (let ms = 0; ms < 240; ms += 20) {
      await clock.advance(20);
      out.push(proxy.stats.up.bytesOut);
    }
    expect(out).toEqual([200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2000, 2000]);
  });

  it("cuts a stream after a number of bytes, to the byte, wherever the pieces end", async () => {
    for (const afterBytes of [1, 99, 100, 1234]) {
      const { proxy, dial } = await rig({ script: [{ type: "truncate", direction: "up", afterBytes }] });
      const { client, server } = await dial();
      const bytes = noise(2000, 9);
      for (let at = 0; at < bytes.length; at += 100) client.socket.write(bytes.subarray(at, at + 100));
      await until(() => isTcpEnd(server)() && client.closed, "the end");
      expect(server.received).toEqual(Buffer.from(bytes.subarray(0, afterBytes)));
      expect(proxy.stats.truncated).toBe(1);
      expect(proxy.stats.actions.at(-1)?.what).toBe(`truncated after ${afterBytes} bytes`);
    }
  });

  it("resets both sides", async () => {
    const { clock, proxy, dial } = await rig({ script: "reset at 3s" });
    const { client, server } = await dial();
    await send(proxy, client.socket, "up", noise(10));
    await clock.advance(2999);
    expect(proxy.stats.open).toBe(1);
    await clock.advance(1);
    await until(() => client.closed && server.closed, "both ends");
    expect([client.error, server.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
    expect(proxy.stats).toMatchObject({ reset: 1, open: 0 });
    expect(clock.pending).toBe(0);
  });

  it("passes a reset of one side on to the other", async () => {
    const { dial } = await rig();
    const { client, server } = await dial();
    server.socket.resetAndDestroy();
    await until(() => client.closed, "the reset");
    expect(client.error).toBe("ECONNRESET");
  });

  it("closes one direction in good order, and the other one goes on", async () => {
    const { proxy, dial } = await rig();
    const { client, server } = await dial();
    await send(proxy, client.socket, "up", Buffer.from("before"));
    proxy.apply("up half-close");
    await until(() => server.ended, "the end of the way up");
    client.socket.write("after");
    await send(proxy, server.socket, "down", Buffer.from("still here"));
    await until(() => client.received.length === 10 && proxy.stats.up.bytesIn === 11, "the bytes");
    expect([server.received.toString(), client.received.toString(), client.ended]).toEqual([
      "before",
      "still here",
      false,
    ]);
    expect(proxy.stats.up.discardedBytes).toBe(5);
  });

  it("swallows everything in a black hole, ends and resets too", async () => {
    const { proxy, dial } = await rig();
    const { client, server } = await dial();
    await send(proxy, client.socket, "up", noise(10));
    await until(() => server.received.length === 10, "what came before");
    const hole = proxy.apply("black-hole");
    hole.end(); // a stream with a hole in it stays dead
    await send(proxy, client.socket, "up", noise(50_000));
    await send(proxy, server.socket, "down", noise(60_000));
    client.socket.resetAndDestroy();
    const other = await dial();
    await send(proxy, other.client.socket, "up", Buffer.from("ping"));
    await until(() => other.server.received.length === 4, "a connection that was opened afterwards");
    expect(server).toMatchObject({ ended: false, closed: false, error: undefined });
    expect([server.received.length, client.received.length]).toEqual([10, 0]);
    expect([proxy.stats.up.discardedBytes, proxy.stats.down.discardedBytes]).toEqual([50_000, 60_000]);
  });

  it("turns over one bit each in as many bytes as it is told, the same ones from the same seed", async () => {
    const bytes = noise(5000, 6);
    const run = async (seed: number): Promise<Buffer> => {
      const { proxy, dial } = await rig({ script: "up corrupt 5 after 1000", seed });
      const { client, server } = await dial();
      await send(proxy, client.socket, "up", bytes.subarray(0, 1000), bytes.subarray(1000, 3000), bytes.subarray(3000));
      await until(() => server.received.length === 5000, "all bytes");
      expect(proxy.stats.up.corruptedBytes).toBe(5);
      return server.received;
    };
    const [first, again, other] = [await run(21), await run(21), await run(22)];
    const changed = [...first].flatMap((byte, at) => (byte === bytes[at] ? [] : [{ at, bits: byte ^ bytes[at]! }]));
    expect(changed).toHaveLength(5);
    for (const { at, bits } of changed) {
      expect(at).toBeGreaterThanOrEqual(1000);
      expect(at).toBeLessThan(3000);
      expect(Math.log2(bits) % 1).toBe(0);
    }
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("refuses connections for a while, keeps those it has, and listens again on the same port", async () => {
    const { clock, proxy, dial } = await rig({ script: "refuse at 1000 for 500" });
    const { client, server } = await dial();
    const { port } = proxy;
    await clock.advance(1000);
    await proxy.listening();
    const refused = connect({ port, host: "127.0.0.1" });
    const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
    await send(proxy, client.socket, "up", Buffer.from("on the line"));
    await until(() => server.received.toString() === "on the line", "the connection there was");
    await clock.advance(500);
    await proxy.listening();
    expect(proxy.port).toBe(port);
    const later = await dial();
    await send(proxy, later.client.socket, "up", Buffer.from("hello"));
    await until(() => later.server.received.length === 5, "a new connection");
  });

  it("holds a sender back that is faster than the way out, and keeps no more than its bound", async () => {
    const maxQueuedBytes = 200_000;
    const { clock, proxy, dial } = await rig({ script: "up stall 1000", maxQueuedBytes });
    const { client, server } = await dial();
    const flood = noise(8_000_000, 5);
    client.socket.end(flood);
    await until(() => proxy.stats.up.maxQueuedBytes > maxQueuedBytes, "the bound");
    expect(proxy.stats.up.maxQueuedBytes).toBeLessThan(maxQueuedBytes + 70_000);
    await clock.advance(1000);
    await until(() => server.ended, "the rest");
    expect(server.received.equals(flood)).toBe(true);
    expect(proxy.stats.up.maxQueuedBytes).toBeLessThan(maxQueuedBytes + 70_000);
  });

  it("gives every connection its own schedule and its own chance, from one seed", async () => {
    const run = async (seed: number): Promise<unknown> => {
      const { clock, proxy, dial } = await rig({
        script: "delay 50±50; down stall 70 every 90; corrupt 2 after 40",
        seed,
      });
      const outs: unknown[] = [];
      const first = await dial();
      await clock.advance(30);
      const second = await dial();
      for (let step = 0; step < 12; step++) {
        await send(proxy, first.client.socket, "up", noise(10, step));
        await send(proxy, second.server.socket, "down", noise(20, step));
        await clock.advance(20);
        outs.push([proxy.stats.up.bytesOut, proxy.stats.down.bytesOut]);
      }
      await clock.advance(500);
      await until(() => first.server.received.length === 120 && second.client.received.length === 240, "the bytes");
      return [outs, first.server.received.toString("hex"), second.client.received.toString("hex"), proxy.stats.actions];
    };
    expect(await run(1)).toEqual(await run(1));
    expect(JSON.stringify(await run(1))).not.toBe(JSON.stringify(await run(2)));
  });

  it("applies phases while it runs, to connections that are there and that come, until they are ended", async () => {
    const { clock, proxy, dial } = await rig();
    const first = await dial();
    const slow = proxy.apply("up delay 1000; up stall 10 after 100");
    const second = await dial();
    await send(proxy, first.client.socket, "up", noise(7));
    await send(proxy, second.client.socket, "up", noise(8));
    expect(proxy.stats.up.bytesOut).toBe(0);
    slow.end();
    await clock.advance(1000);
    expect(proxy.stats.up.bytesOut).toBe(15);
    const third = await dial();
    await send(proxy, third.client.socket, "up", noise(200));
    expect(proxy.stats.up).toMatchObject({ bytesOut: 215, stalls: 0 });
    expect(clock.pending).toBe(0);
  });

  it("clears everything, the script as well", async () => {
    const { clock, proxy, dial } = await rig({ script: "delay 1000; reset at 5000; stall 100 every 300" });
    const { client } = await dial();
    proxy.clear();
    await send(proxy, client.socket, "up", noise(9));
    expect(proxy.stats.up.bytesOut).toBe(9);
    await clock.advance(10_000);
    expect(proxy.stats).toMatchObject({ open: 1, reset: 0 });
  });

  it("resets a client whose target cannot be reached, and says so", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const proxy = await startFaultProxy({ target: `127.0.0.1:${port}` });
    opened.push(proxy);
    const client = new Seen(connect({ port: proxy.port, host: "127.0.0.1" }));
    await until(() => client.closed, "the reset");
    expect(client.error).toBe("ECONNRESET");
    expect(proxy.stats).toMatchObject({ accepted: 1, failed: 1, open: 0 });
    expect(proxy.stats.actions.map(({ what }) => what)).toEqual(["target cannot be reached: ECONNREFUSED"]);
  });

  it("closes with everything it opened", async () => {
    const { proxy, dial, clock } = await rig({ script: "stall 1000 every 2000; black-hole after 1" });
    const one = await dial();
    const two = await dial();
    await send(proxy, one.client.socket, "up", noise(10));
    await Promise.all([proxy.close(), proxy.close()]);
    await until(
      () => [one, two].every(({ client, server }) => client.closed || (client.ended && isTcpEnd(server)())),
      "ends",
    );
    const [error] = (await once(connect({ port: proxy.port, host: "127.0.0.1" }), "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
    expect([proxy.stats.open, clock.pending]).toEqual([0, 0]);
  });

  it.each(["127.0.0.1", "host:0", "", "host:70000"])("refuses %j as a target", async (target) => {
    await expect(startFaultProxy({ target })).rejects.toMatchObject({ code: "fault-script" });
  });

  it("refuses to lose frames of a stream, and says what to do instead", async () => {
    await expect(startFaultProxy({ target: "a:1", script: "drop 5%" })).rejects.toMatchObject({
      code: "fault-unsupported",
    });
  });
});

describe("a WebSocket through the fault proxy", () => {
  async function socketRig(options: Partial<FaultProxyOptions> = {}) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    await once(server, "listening");
    const target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/rtvbp`;
    const proxy = await startFaultProxy({ target, ...options });
    opened.push({
      close: async () => {
        for (const socket of server.clients) socket.terminate();
        server.close();
        await proxy.close();
      },
    });
    const accepted = once(server, "connection") as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/rtvbp`, { perMessageDeflate: false });
    client.on("error", () => {});
    await once(client, "open");
    const [far] = await accepted;
    const sizes: number[] = [];
    far.on("error", () => {});
    far.on("message", (data: Buffer) => void sizes.push(data.length));
    const closed = [client, far].map((socket) => once(socket, "close") as Promise<[number, Buffer]>);
    return { proxy, client, far, sizes, closed };
  }

  it("works", async () => {
    const { client, sizes, closed, proxy } = await socketRig({ script: "delay 2±2", seed: 5 });
    for (let size = 1; size <= 300; size++) client.send(Buffer.alloc(size));
    client.close(4001, "done");
    expect((await closed[1]!)[0]).toBe(4001);
    expect(sizes).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect(proxy.stats.truncated).toBe(0);
  });

  it("is truncated inside of a frame: what was whole arrived, the rest did not, and both sides lose the connection", async () => {
    const random = seededRandom(77);
    for (let seed = 1; seed <= 12; seed++) {
      const { client, sizes, closed, proxy } = await socketRig({ seed });
      client.send(Buffer.alloc(320));
      await until(() => sizes.length === 1, "the frame before");
      proxy.apply("up truncate");
      const frameStart = proxy.stats.up.bytesIn;
      const size = 2 + Math.floor(random() * 2000);
      client.send(Buffer.alloc(size));
      client.send(Buffer.alloc(50));
      const codes = (await Promise.all(closed)).map(([code]) => code);
      expect(codes).toEqual([1006, 1006]);
      expect(sizes).toEqual([320]);
      const what = proxy.stats.actions.at(-1)?.what ?? "";
      const cutAt = Number(/truncated after (\d+)/.exec(what)?.[1]);
      expect(cutAt).toBeGreaterThan(frameStart + (size < 126 ? 6 : 8));
      expect(cutAt).toBeLessThan(frameStart + size + (size < 126 ? 6 : 8));
    }
  });
});

describe("runFaultProxy", () => {
  it("prints its usage, and what is wrong with its arguments", async () => {
    const run = async (...argv: string[]) => {
      const lines: string[] = [];
      const code = await runFaultProxy(argv, { print: (line) => void lines.push(line) });
      return [code, lines.join("\n")] as const;
    };
    const [code, text] = await run("--help");
    expect(code).toBe(0);
    for (const word of ["--target", "--script", "stall 400", "half-close"]) expect(text).toContain(word);
    expect(await run()).toEqual([2, expect.stringContaining("--target HOST:PORT")]);
    expect(await run("--target", "nowhere")).toEqual([2, expect.stringContaining('"nowhere" is not a target')]);
    expect(await run("--target", "a:1", "--port", "x")).toEqual([
      2,
      expect.stringContaining("--port takes a whole number"),
    ]);
    expect(await run("--wrong")).toEqual([2, expect.stringContaining("--wrong")]);
    expect(await run("--target", "a:1", "--script", "explode")).toEqual([2, expect.stringContaining("no fault")]);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    opened.push({ close: () => new Promise((resolve) => taken.close(resolve)) });
    const { port } = taken.address() as AddressInfo;
    expect(await run("--target", "a:1", "--port", `${port}`)).toEqual([1, expect.stringContaining("another --port")]);
  });

  it("proxies, tells what it does, obeys what is typed, and sums up at the end", async () => {
    const { PassThrough } = await import("node:stream");
    const server = createServer((socket) => void socket.on("error", () => {}).pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push({ close: () => new Promise((resolve) => server.close(resolve)) });
    const lines: string[] = [];
    const stop = new AbortController();
    const input = new PassThrough();
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const running = runFaultProxy(
      ["fault-proxy", "--target", target, "--script", "down stall 5 after 3", "--stats", "0"],
      {
        print: (line) => void lines.push(line),
        signal: stop.signal,
        input,
      },
    );
    await until(() => lines.length >= 2, "the proxy to listen");
    expect(lines[0]).toMatch(/^listening on 127\.0\.0\.1:\d+, target 127\.0\.0\.1:\d+, seed 1$/);
    expect(lines[1]).toBe("  down stall 5 after 3");
    const client = new Seen(connect({ port: Number(/:(\d+),/.exec(lines[0]!)?.[1]), host: "127.0.0.1" }));
    client.socket.write("hello");
    await until(() => client.received.toString() === "hello", "the echo");
    expect(lines.join("\n")).toMatch(/#1 down\s+down stall 5 after 3/);
    input.write("explode\nstats\nreset\n");
    await until(() => client.closed, "the reset");
    await until(() => lines.some((line) => /#1\s+reset/.test(line)), "the report of it");
    expect(lines.join("\n")).toContain('there is no fault "explode"');
    stop.abort();
    expect(await running).toBe(0);
    expect(lines.join("\n")).toMatch(
      /connections: 1 accepted, 0 open, 0 failed, 1 reset, 0 truncated\n {2}up {3}in 5, out 5/,
    );
  });
});
