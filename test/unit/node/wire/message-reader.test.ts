import { describe, expect, it } from "vitest";
import * as ws from "ws";
import { GrowingBytes } from "../../../../lib/node/wire/growing-bytes.ts";
import { MessageReader } from "../../../../lib/node/wire/message-reader.ts";
import { randomFrom } from "../hostile-frames.ts";
import { type ClientFrame, clientFrame, cut } from "./client-frame.ts";

const maxMessageBytes = 70_000;

/** What is in the pieces, as lines. */
function read(pieces: readonly Buffer[], masked = true): string[] {
  const lines: string[] = [];
  const reader = new MessageReader(
    {
      message: (payload, isBinary) => lines.push(`${isBinary ? "binary" : "text"} ${payload.toString("hex")}`),
      ping: (payload) => lines.push(`ping ${payload.toString("hex")}`),
      pong: () => lines.push("pong"),
      close: (code, reason) => lines.push(`close ${code} ${reason}`),
      violation: (code) => lines.push(`violation ${code}`),
    },
    { masked, maxMessageBytes },
  );
  for (const piece of pieces) reader.push(piece);
  return lines;
}

interface Receiver extends NodeJS.WritableStream {
  on(event: string, listener: (...args: never[]) => void): this;
}
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Receiver };

/** What the library `ws` finds in the same pieces. */
async function readByWs(pieces: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  const receiver = new Receiver({ isServer: true, maxPayload: maxMessageBytes });
  let over = false;
  receiver.on("message", (payload: Buffer, isBinary: boolean) =>
    lines.push(`${isBinary ? "binary" : "text"} ${payload.toString("hex")}`),
  );
  receiver.on("ping", (payload: Buffer) => lines.push(`ping ${payload.toString("hex")}`));
  receiver.on("pong", () => lines.push("pong"));
  receiver.on("conclude", (code: number, reason: Buffer) => {
    lines.push(`close ${code} ${reason.toString()}`);
    over = true;
  });
  receiver.on("error", ({ code = "" }: { code?: string }) => {
    const tooLong = /UNSUPPORTED/.test(code);
    lines.push(`violation ${code === "WS_ERR_INVALID_UTF8" ? 1007 : tooLong ? 1009 : 1002}`);
    over = true;
  });
  for (const piece of pieces) {
    if (!over) receiver.write(piece as never);
  }
  await new Promise((resolve) => setImmediate(resolve)); // its errors are events of a later task
  return lines;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the reader of messages", () => {
  const honest = [
    clientFrame({ first: 0x82, payload: bytes(1, 2) }),
    clientFrame({ first: 0x01, payload: utf8("hel") }),
    clientFrame({ first: 0x89, payload: utf8("you?") }),
    clientFrame({ first: 0x00, payload: utf8("") }),
    clientFrame({ first: 0x80, payload: utf8("lo") }),
    clientFrame({ first: 0x82, payload: new Uint8Array(256).fill(7) }),
    clientFrame({ first: 0x82, payload: new Uint8Array(66_000).fill(8) }),
    clientFrame({ first: 0x82, payload: bytes() }),
    clientFrame({ first: 0x8a, payload: bytes() }),
    clientFrame({ first: 0x88, payload: bytes(0x03, 0xe8, ...utf8("bye")) }),
  ];
  const found = [
    "binary 0102",
    `ping ${Buffer.from("you?").toString("hex")}`,
    `text ${Buffer.from("hello").toString("hex")}`,
    `binary ${"07".repeat(256)}`,
    `binary ${"08".repeat(66_000)}`,
    "binary ",
    "pong",
    "close 1000 bye",
  ];

  it("finds them in whatever pieces they come, and joins the frames of one", () => {
    const run = Buffer.concat(honest);
    for (const step of [1, 2, 3, 7, 13, 1000, 65_536, run.length]) expect(read(cut(run, [step]))).toEqual(found);
  });

  it("hands on nothing behind a goodbye", () => {
    expect(read([...honest, clientFrame({ first: 0x82, payload: bytes(1) })])).toEqual(found);
  });

  it("does not copy a frame that is whole in its chunk", () => {
    const chunk = Buffer.concat([honest[0]!, honest[5]!]);
    const seen: ArrayBufferLike[] = [];
    const reader = new MessageReader(
      {
        message: (payload) => seen.push(payload.buffer),
        ping: () => {},
        pong: () => {},
        close: () => {},
        violation: () => {},
      },
      { masked: true, maxMessageBytes },
    );
    reader.push(chunk);
    expect(seen).toEqual([chunk.buffer, chunk.buffer]);
  });

  const refused: Record<string, [ClientFrame[], number]> = {
    "a frame that is not masked": [[{ first: 0x82, payload: bytes(1), key: false }], 1002],
    "a reserved bit": [[{ first: 0xc2, payload: bytes(1) }], 1002],
    "an unknown opcode": [[{ first: 0x83, payload: bytes() }], 1002],
    "an unknown control opcode": [[{ first: 0x8b, payload: bytes() }], 1002],
    "a control frame in parts": [[{ first: 0x09, payload: bytes() }], 1002],
    "a long control frame": [[{ first: 0x89, payload: new Uint8Array(126) }], 1002],
    "a part of nothing": [[{ first: 0x80, payload: bytes() }], 1002],
    "a message inside a message": [
      [
        { first: 0x02, payload: bytes(1) },
        { first: 0x82, payload: bytes(2) },
      ],
      1002,
    ],
    "text that is not UTF-8": [[{ first: 0x81, payload: bytes(0xff) }], 1007],
    "half a character at the end": [
      [
        { first: 0x01, payload: bytes(0xc3) },
        { first: 0x80, payload: bytes() },
      ],
      1007,
    ],
    "a goodbye of one byte": [[{ first: 0x88, payload: bytes(3) }], 1002],
    "a goodbye with a code that never goes on the wire": [[{ first: 0x88, payload: bytes(0x03, 0xee) }], 1002],
    "a goodbye that is not UTF-8": [[{ first: 0x88, payload: bytes(0x03, 0xe8, 0xff) }], 1007],
    "a long message, before it came": [[{ first: 0x82, payload: bytes(), declaredBytes: maxMessageBytes + 1 }], 1009],
    "a length beyond all measure": [[{ first: 0x82, payload: bytes(), declaredBytes: 2 ** 40 }], 1009],
    "a long message in parts": [
      [
        { first: 0x02, payload: new Uint8Array(maxMessageBytes) },
        { first: 0x80, payload: bytes(1) },
      ],
      1009,
    ],
  };
  for (const [what, [frames, code]] of Object.entries(refused)) {
    it(`refuses ${what}, and hears nothing after it`, () => {
      const more = clientFrame({ first: 0x82, payload: bytes(1) });
      expect(read([...frames.map(clientFrame), more])).toEqual([`violation ${code}`]);
    });
  }

  it("takes what is as long as it may be, with a ping in the middle", () => {
    const half = new Uint8Array(maxMessageBytes / 2);
    const lines = read([
      clientFrame({ first: 0x02, payload: half }),
      clientFrame({ first: 0x89, payload: bytes(1) }),
      clientFrame({ first: 0x80, payload: half }),
    ]);
    expect(lines.map((line) => line.length)).toEqual(["ping 01".length, "binary ".length + 2 * maxMessageBytes]);
  });

  it("is as strict with a server, whose frames are not masked", () => {
    const greeting = clientFrame({ first: 0x82, payload: bytes(5), key: false });
    expect(read([greeting], false)).toEqual(["binary 05"]);
    expect(read([clientFrame({ first: 0x82, payload: bytes(5) })], false)).toEqual(["violation 1002"]);
  });

  it("finds in 4,000 seeded runs, good and bad, in pieces of any size, what ws finds", async () => {
    const pick = randomFrom(611);
    const payload = (): Uint8Array => {
      const length = [0, 1, 2, 5, 125, 126, 127, 320, 700][pick(9)]!;
      const text = Array.from({ length }, () => "aé€😀"[pick(5)] ?? "z").join("");
      return pick(2) ? utf8(text) : Uint8Array.from({ length }, () => pick(256));
    };
    let [good, bad] = [0, 0];
    for (let run = 0; run < 4000; run++) {
      const frames: Buffer[] = [];
      let open = false;
      for (let count = 1 + pick(8); count > 0; count--) {
        const odd = pick(12) === 0;
        const last = pick(3) > 0;
        const kinds: number[] = open ? [0x0, 0x0, 0x9, 0xa] : [0x1, 0x2, 0x2, 0x9, 0xa, pick(6) ? 0x2 : 0x8];
        const opcode = odd ? pick(16) : kinds[pick(kinds.length)]!;
        const control = opcode >= 8;
        const fin = control || last || pick(40) === 0 ? 0x80 : 0;
        if (!control) open = fin === 0;
        let body = control ? payload().subarray(0, 125) : payload();
        if (opcode === 8 && pick(2)) body = Uint8Array.of(3, 0xe8 + pick(9), ...utf8("ok"));
        const key = pick(60) === 0 ? false : pick(4) === 0 ? 0 : pick(2 ** 31) | 0;
        const reserved = pick(60) === 0 ? 0x10 << pick(3) : 0;
        frames.push(clientFrame({ first: fin | reserved | opcode, payload: body, key }));
      }
      const stream = Buffer.concat(frames);
      const steps = Array.from({ length: 1 + pick(5) }, () => 1 + pick(pick(2) ? 9 : 900));
      const ours = read(cut(stream, steps));
      expect(ours, `run ${run}`).toEqual(await readByWs(cut(stream, steps)));
      if (ours.at(-1)?.startsWith("violation")) bad++;
      else good++;
    }
    expect(Math.min(good, bad)).toBeGreaterThan(400);
  });
});

describe("bytes that grow", () => {
  it("move to other memory a few times only, however small the pieces", () => {
    const growing = new GrowingBytes();
    const places = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      growing.append(Uint8Array.of(i & 255));
      const { buffer, byteOffset } = growing.bytes();
      if (i % 100 === 99) places.add(`${buffer.byteLength} ${byteOffset}`);
    }
    expect(places.size).toBeLessThan(12);
    expect(growing.length).toBe(100_000);
    expect(growing.bytes().every((byte, i) => byte === (i & 255))).toBe(true);
  });
});
