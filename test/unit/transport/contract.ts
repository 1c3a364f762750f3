/**
 * What every transport does. Plain functions that throw: they run in Node and inside a page. The far end is asynchronous, so that it
 * may live in another process.
 */
import { createFramePipe, FrameReader, FrameWriter } from "../../../lib/frames/index.ts";
import type { TransportLimits } from "../../../lib/transport/limits.ts";
import type { TextMessage, Transport, TransportClose } from "../../../lib/transport/transport.ts";
import { TransportError } from "../../../lib/transport/transport.ts";

/** The peer of the transport under test; its media is open. Bytes are plain numbers so that any bridge carries them. */
export interface FarPeer {
  sendText(text: string): Promise<void>;
  sendFrame(bytes: readonly number[]): Promise<void>;
  /** Everything received so far, once there are at least `count`. */
  texts(count: number): Promise<string[]>;
  frames(count: number): Promise<number[][]>;
  close(code: number, reason: string): Promise<void>;
  /** Drops the connection without a handshake. */
  sever(): Promise<void>;
  closed(): Promise<TransportClose>;
}

export interface Rig {
  readonly near: Transport;
  readonly far: FarPeer;
  dispose(): Promise<void>;
}

export type OpenRig = (limits?: Partial<TransportLimits>) => Promise<Rig>;

export interface ContractCase {
  readonly name: string;
  /** For transports whose media are frames on the channel of the messages: whole, and in one order with them. */
  readonly frames?: true;
  run(open: OpenRig): Promise<void>;
}

/** A far end made of a transport in this process. Listens at once and opens its media. */
export function farPeer(transport: Transport, sever: () => void): FarPeer {
  const texts: string[] = [];
  const frames: number[][] = [];
  transport.openMedia();
  transport.listen({
    text: ({ text }) => void texts.push(text),
    frame: (bytes) => void frames.push([...bytes]),
    close: () => {},
  });
  return {
    sendText: async (text) => transport.sendText(text),
    sendFrame: async (bytes) => void transport.sendFrame(Uint8Array.from(bytes)),
    texts: async (count) => {
      await until(() => texts.length >= count, `${count} texts at the far end`);
      return [...texts];
    },
    frames: async (count) => {
      await until(() => frames.length >= count, `${count} frames at the far end`);
      return frames.map((frame) => [...frame]);
    },
    close: async (code, reason) => void transport.close(code, reason),
    sever: async () => sever(),
    closed: () => transport.close(),
  };
}

/** What the transport under test delivered. */
class Recorder {
  readonly texts: TextMessage[] = [];
  readonly frames: number[][] = [];
  readonly closes: TransportClose[] = [];
  readonly order: string[] = [];

  constructor(transport: Transport, options: { frames: boolean } = { frames: true }) {
    const frame = (bytes: Uint8Array): void => {
      this.frames.push([...bytes]);
      this.order.push("frame");
    };
    transport.listen({
      text: (message) => {
        this.texts.push(message);
        this.order.push("text");
      },
      close: (close) => {
        this.closes.push(close);
        this.order.push("close");
      },
      ...(options.frames ? { frame } : {}),
    });
  }
}

async function until(condition: () => boolean, what: string, limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b?.slice(0, 500)}, got ${a?.slice(0, 500)}`);
}

function bytesOf(seed: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 255);
}

async function withRig(
  open: OpenRig,
  body: (rig: Rig) => Promise<void>,
  limits?: Partial<TransportLimits>,
): Promise<void> {
  const rig = await open(limits);
  try {
    await body(rig);
  } finally {
    await rig.near.close();
    await rig.dispose();
  }
}

function pipes(shared: boolean) {
  const capacityBytes = 1 << 17;
  return { up: createFramePipe({ shared, capacityBytes }), down: createFramePipe({ shared, capacityBytes }) };
}

const links = typeof SharedArrayBuffer === "function" ? [false, true] : [false];

const connected: ContractCase[] = links.flatMap((shared) => {
  const link = shared ? "shared" : "port";
  return [
    {
      name: `sends and delivers media through connected pipes (${link})`,
      frames: true,
      run: (open) =>
        withRig(open, async ({ near, far }) => {
          const seen = new Recorder(near);
          const { up, down } = pipes(shared);
          const frames: number[][] = [];
          const reader = new FrameReader(down.rx, (bytes) => void frames.push([...bytes]));
          reader.listen();
          const writer = new FrameWriter(up.tx);
          near.openMedia();
          near.connectMedia({ uplink: up.rx, downlink: down.tx });
          for (let i = 0; i < 20; i++) {
            writer.write(Uint8Array.from(bytesOf(i, 320)), Date.now());
            await far.sendFrame(bytesOf(100 + i, 320));
          }
          const sent = await far.frames(20);
          await until(() => frames.length >= 20, "frames in the downlink pipe");
          same(
            sent,
            Array.from({ length: 20 }, (_, i) => bytesOf(i, 320)),
            "uplink",
          );
          same(
            frames,
            Array.from({ length: 20 }, (_, i) => bytesOf(100 + i, 320)),
            "downlink",
          );
          same(seen.frames, [], "frames to the listener");
          const stats = await near.stats();
          same([stats.link, stats.sentFrames, stats.sentBytes], [link, 20, 6400], "stats");
          reader.close();
          writer.close();
        }),
    },
    {
      name: `holds media that came before the pipes were connected, and keeps its order (${link})`,
      frames: true,
      run: (open) =>
        withRig(open, async ({ near, far }) => {
          const seen = new Recorder(near, { frames: false });
          near.openMedia();
          await settleMedia(near);
          for (let i = 0; i < 5; i++) await far.sendFrame(bytesOf(i, 100));
          await far.sendText("after five");
          await until(() => seen.texts.length === 1, "the text");
          same(seen.texts[0]?.mediaBytes, 500, "media position");
          const { up, down } = pipes(shared);
          const frames: number[][] = [];
          const reader = new FrameReader(down.rx, (bytes) => void frames.push([...bytes]));
          reader.listen();
          near.connectMedia({ uplink: up.rx, downlink: down.tx });
          for (let i = 5; i < 10; i++) await far.sendFrame(bytesOf(i, 100));
          await until(() => frames.length >= 10, "frames in the downlink pipe");
          same(
            frames,
            Array.from({ length: 10 }, (_, i) => bytesOf(i, 100)),
            "downlink",
          );
          reader.close();
        }),
    },
    {
      name: `delivers a burst larger than the pipe, and frames larger than a piece, whole and in order (${link})`,
      frames: true,
      run: (open) =>
        withRig(open, async ({ near, far }) => {
          new Recorder(near, { frames: false });
          const { up, down } = pipes(shared);
          let received = 0;
          let wrong = 0;
          const reader = new FrameReader(down.rx, (bytes) => {
            for (const byte of bytes) if (byte !== ((received++ * 7) & 255)) wrong++;
          });
          near.openMedia();
          near.connectMedia({ uplink: up.rx, downlink: down.tx });
          const frameBytes = 40_000;
          for (let i = 0; i < 6; i++) {
            await far.sendFrame(Array.from({ length: frameBytes }, (_, at) => ((i * frameBytes + at) * 7) & 255));
          }
          reader.listen();
          await until(() => received >= 6 * frameBytes, "the whole burst");
          same([received, wrong], [6 * frameBytes, 0], "bytes received, bytes wrong");
          same((await near.stats()).droppedDownlinkFrames, 0, "dropped");
          reader.close();
        }),
    },
  ];
});

/** For transports that carry media beside the messages, on a channel of its own. */
export const controlContract = (): readonly ContractCase[] => contract.filter(({ frames }) => !frames);

/** Where the socket lives in a Worker, `openMedia` arrives there a little later: asking for stats waits for it. */
async function settleMedia(near: Transport): Promise<void> {
  await near.stats();
}

export const contract: readonly ContractCase[] = [
  {
    name: "carries control messages both ways, unchanged and in order",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const texts = ['{"version":"1"}', "", "grüße \u{1F642} \u0000 end", "x".repeat(200_000), "last"];
        const seen = new Recorder(near);
        const before = Date.now();
        for (const text of texts) near.sendText(text);
        for (const text of texts) await far.sendText(text);
        same(await far.texts(texts.length), texts, "texts at the far end");
        await until(() => seen.texts.length >= texts.length, "texts");
        same(
          seen.texts.map(({ text }) => text),
          texts,
          "texts",
        );
        for (const { receivedAt } of seen.texts) {
          if (!Number.isSafeInteger(receivedAt)) throw new Error(`receivedAt is ${receivedAt}, not whole milliseconds`);
          if (receivedAt < before - 1000 || receivedAt > Date.now() + 1000)
            throw new Error("receivedAt is not epoch time");
        }
      }),
  },
  {
    name: "holds control messages until someone listens, and takes one listener only",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        await far.sendText("one");
        await far.sendText("two");
        await new Promise((resolve) => setTimeout(resolve, 50));
        const seen = new Recorder(near);
        await far.sendText("three");
        await until(() => seen.texts.length >= 3, "three texts");
        same(
          seen.texts.map(({ text }) => text),
          ["one", "two", "three"],
          "texts",
        );
        let thrown: unknown;
        try {
          new Recorder(near);
        } catch (error) {
          thrown = error;
        }
        if (!(thrown instanceof Error)) throw new Error("A second listener was accepted.");
      }),
  },
  {
    name: "discards and counts media before it is opened, delivers it afterwards",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        await far.sendFrame(bytesOf(1, 320));
        await far.sendFrame(bytesOf(2, 320));
        await far.sendText("open now");
        await until(() => seen.texts.length === 1, "the text");
        same(seen.texts[0]?.mediaBytes, 0, "media position");
        near.openMedia();
        near.openMedia();
        await settleMedia(near);
        await far.sendFrame(bytesOf(3, 320));
        await far.sendFrame(bytesOf(4, 17));
        await far.sendText("end");
        await until(() => seen.texts.length === 2, "the second text");
        same(seen.frames, [bytesOf(3, 320), bytesOf(4, 17)], "frames");
        same(seen.texts[1]?.mediaBytes, 337, "media position");
        const stats = await near.stats();
        same([stats.earlyFrames, stats.receivedFrames, stats.receivedBytes], [2, 4, 977], "early, frames, bytes");
      }),
  },
  {
    name: "opened while a message is delivered, loses nothing the peer sent behind it, however slow the owner is",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const positions: number[] = [];
        const frames: number[][] = [];
        const { up, down } = pipes(false);
        const reader = new FrameReader(down.rx, (bytes) => void frames.push([...bytes]));
        near.listen({
          text: ({ text, mediaBytes }) => {
            positions.push(mediaBytes);
            if (text !== "answer") return;
            const busyUntil = Date.now() + 300; // what was sent behind it arrives meanwhile, where another thread reads the wire
            while (Date.now() < busyUntil);
            near.openMedia();
            setTimeout(() => near.connectMedia({ uplink: up.rx, downlink: down.tx }), 20);
          },
          close: () => {},
        });
        for (let i = 0; i < 3; i++) await far.sendFrame(bytesOf(i, 320));
        await far.sendText("before");
        await until(() => positions.length === 1, "the first text");
        // Nothing is waited for in between: all of it is on its way when the answer is delivered.
        const sent = [far.sendText("answer")];
        for (let i = 0; i < 50; i++) sent.push(far.sendFrame(bytesOf(100 + i, 320)));
        sent.push(far.sendText("behind"));
        await Promise.all(sent);
        await until(() => positions.length === 3 && frames.length >= 50, "the sound behind the answer");
        same(positions, [0, 0, 50 * 320], "media positions");
        same(
          frames,
          Array.from({ length: 50 }, (_, i) => bytesOf(100 + i, 320)),
          "downlink",
        );
        const stats = await near.stats();
        same([stats.earlyFrames, stats.receivedFrames, stats.droppedDownlinkFrames], [3, 53, 0], "early, all, dropped");
        reader.close();
      }),
  },
  {
    name: "stamps every control message with the media position before it",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        near.openMedia();
        await settleMedia(near);
        for (let i = 0; i < 50; i++) {
          await far.sendFrame(bytesOf(i, 100));
          await far.sendText(String((i + 1) * 100));
        }
        await until(() => seen.texts.length === 50, "fifty texts");
        for (const { text, mediaBytes } of seen.texts) same(mediaBytes, Number(text), "media position");
      }),
  },
  {
    name: "sends media frames in order with their boundaries",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        new Recorder(near);
        near.openMedia();
        const frames = [bytesOf(1, 320), bytesOf(2, 1), bytesOf(3, 20_000), bytesOf(4, 320)];
        for (const frame of frames) same(near.sendFrame(Uint8Array.from(frame)), true, "sendFrame");
        same(await far.frames(4), frames, "frames at the far end");
        const stats = await near.stats();
        same([stats.sentFrames, stats.sentBytes, stats.droppedUplinkFrames], [4, 20_641, 0], "sent, bytes, dropped");
      }),
  },
  ...connected,
  {
    name: "refuses a media frame that is too large, counts it and goes on",
    frames: true,
    run: (open) =>
      withRig(
        open,
        async ({ near, far }) => {
          const seen = new Recorder(near);
          near.openMedia();
          await settleMedia(near);
          await far.sendFrame(bytesOf(1, 1001));
          await far.sendFrame(bytesOf(2, 1000));
          await until(() => seen.frames.length === 1, "a frame");
          same(seen.frames, [bytesOf(2, 1000)], "frames");
          const stats = await near.stats();
          same([stats.oversizedFrames, stats.receivedFrames], [1, 1], "oversized, received");
        },
        { maxFrameBytes: 1000 },
      ),
  },
  {
    name: "closes with a protocol code when a control message is too long",
    frames: true,
    run: (open) =>
      withRig(
        open,
        async ({ near, far }) => {
          const seen = new Recorder(near);
          await far.sendText("ü".repeat(500));
          await far.sendText("ü".repeat(501));
          await until(() => seen.closes.length === 1, "the end");
          same(seen.texts.length, 1, "texts delivered");
          same([seen.closes[0]?.by, seen.closes[0]?.code], ["local", 1009], "close");
          const { by, code } = await far.closed();
          if (by !== "remote" || (code !== 1009 && code !== 4009)) throw new Error(`far end closed by ${by}, ${code}`);
        },
        { maxTextBytes: 1000 },
      ),
  },
  {
    name: "closes once: the listener hears it last, the peer hears code and reason, nothing can be sent",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        near.sendText("goodbye");
        const first = near.close(4001, "done");
        const second = near.close(4002, "again");
        same(near.closed, true, "closed");
        same(await first, { by: "local", code: 4001, reason: "done" }, "close");
        same(await second, await first, "second close");
        same(await far.closed(), { by: "remote", code: 4001, reason: "done" }, "close at the far end");
        same(await far.texts(1), ["goodbye"], "texts before the close");
        same(seen.closes, [{ by: "local", code: 4001, reason: "done" }], "closes heard");
        same(near.sendFrame(new Uint8Array(2)), false, "sendFrame");
        let code: unknown;
        try {
          near.sendText("too late");
        } catch (error) {
          code = error instanceof TransportError ? error.code : error;
        }
        same(code, "transport-closed", "error");
        await near.flushed();
        same((await near.stats()).bufferedBytes, 0, "buffered");
      }),
  },
  {
    name: "tells of the peer's close after everything the peer sent",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        near.openMedia();
        await settleMedia(near);
        await far.sendFrame(bytesOf(1, 320));
        await far.sendText("bye");
        await far.close(4100, "moved");
        await until(() => seen.closes.length === 1, "the end");
        same(seen.closes, [{ by: "remote", code: 4100, reason: "moved" }], "closes");
        same(seen.order, ["frame", "text", "close"], "order");
        same(near.closed, true, "closed");
        same(await near.close(), { by: "remote", code: 4100, reason: "moved" }, "close afterwards");
      }),
  },
  {
    name: "tells a late listener of messages and of the end",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        await far.sendText("bye");
        await far.close(4100, "moved");
        await until(() => near.closed, "the end");
        const seen = new Recorder(near);
        same(seen.order, ["text", "close"], "order");
      }),
  },
  {
    name: "says that it was lost when the connection dies",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        await far.sendText("hello");
        await until(() => seen.texts.length === 1, "the text");
        await far.sever();
        await until(() => seen.closes.length === 1, "the end");
        same([seen.closes[0]?.by, seen.closes[0]?.code], ["lost", 1006], "close");
      }),
  },
  {
    name: "ends as lost at once when it is abandoned, and the far end is let go",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        const seen = new Recorder(near);
        near.abandon("no sign of life");
        near.abandon("again");
        same(near.closed, true, "closed");
        await until(() => seen.closes.length > 0, "the end");
        same(seen.closes, [{ by: "lost", code: 1006, reason: "no sign of life" }], "closes");
        same(await near.close(), seen.closes[0], "what close says");
        await far.closed();
      }),
  },
  {
    name: "beats with the number of messages and frames received, until it is closed",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        new Recorder(near, { frames: false });
        near.openMedia();
        await settleMedia(near);
        const beats: number[] = [];
        near.watch(10, (received) => void beats.push(received));
        await until(() => beats.length > 0, "a beat");
        same(beats[0], 0, "nothing received");
        await far.sendText("one");
        await far.sendFrame(bytesOf(1, 160));
        await until(() => beats.at(-1) === 2, "a beat after two");
        await near.close();
        const { length } = beats;
        await new Promise((resolve) => setTimeout(resolve, 50));
        same(beats.length, length, "beats after the end");
      }),
  },
  {
    name: "has sent everything when flushed",
    frames: true,
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        new Recorder(near);
        for (let i = 0; i < 200; i++) {
          near.sendText(`text ${i}`);
          near.sendFrame(Uint8Array.from(bytesOf(i, 320)));
        }
        await near.flushed();
        same((await near.stats()).bufferedBytes, 0, "buffered");
        await near.close();
        same((await far.texts(200)).length, 200, "texts");
        same((await far.frames(200)).length, 200, "frames");
      }),
  },
  {
    name: "cuts a close reason to what a close frame can carry, between characters",
    run: (open) =>
      withRig(open, async ({ near, far }) => {
        new Recorder(near);
        const { reason } = await near.close(1000, "ü".repeat(100));
        same(reason, "ü".repeat(61), "reason");
        same(await far.closed(), { by: "remote", code: 1000, reason: "ü".repeat(61) }, "close at the far end");
      }),
  },
  {
    name: "holds a bounded amount of media without a reader, then drops the newest and counts",
    frames: true,
    run: (open) =>
      withRig(
        open,
        async ({ near, far }) => {
          const seen = new Recorder(near, { frames: false });
          near.openMedia();
          await settleMedia(near);
          for (let i = 0; i < 15; i++) await far.sendFrame(bytesOf(i, 100));
          await far.sendText("position");
          await until(() => seen.texts.length === 1, "the text");
          same(seen.texts[0]?.mediaBytes, 1000, "media position");
          same((await near.stats()).droppedDownlinkFrames, 5, "dropped");
        },
        { heldBytes: 1000 },
      ),
  },
];
