import { describe, expect, it } from "vitest";
import { RtpPacer } from "../../../../lib/node/webrtc/rtp-pacer.ts";
import { parseRtp, type RtpPacket } from "../../../../lib/protocol/rtp/index.ts";
import { ManualClock } from "../manual-clock.ts";

function rig({ started = true } = {}) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const packets: { at: number; packet: RtpPacket; sound: string }[] = [];
  const pacer = new RtpPacer(clock, (bytes) => {
    const packet = parseRtp(bytes);
    const sound = packet.payload.every((byte) => byte === 0xff) ? "silence" : `${packet.payload[0]}`;
    packets.push({ at: clock.now() - startedAt, packet, sound });
  });
  if (started) pacer.start();
  const spoken = () => packets.filter(({ sound }) => sound !== "silence");
  return { clock, packets, spoken, pacer };
}

/** 20 ms each, marked by their number. */
const frames = (count: number, first = 1): Uint8Array =>
  new Uint8Array(count * 160).map((_, at) => first + Math.floor(at / 160));

describe("paced RTP", () => {
  it("passes live sound on as it comes", async () => {
    const { clock, spoken, pacer } = rig();
    for (let i = 1; i <= 10; i++) {
      pacer.push(frames(1, i));
      await clock.advance(i % 2 ? 23 : 17);
    }
    expect(spoken().map(({ at }) => at)).toEqual([0, 23, 40, 63, 80, 103, 120, 143, 160, 183]);
  });

  it("numbers packets without a gap, silence included, and marks the first", async () => {
    const { clock, packets, pacer } = rig();
    pacer.push(frames(2));
    await clock.advance(1000);
    pacer.push(frames(3));
    await clock.advance(1000);
    packets.forEach(({ packet }, at) => {
      const before = packets[at - 1]?.packet;
      expect(packet).toMatchObject({ payloadType: 0, marker: at === 0, csrc: [] });
      expect(packet.payload.length).toBe(160);
      if (!before) return;
      expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
      expect((packet.timestamp - before.timestamp) >>> 0).toBe(160);
    });
  });

  it("sends a burst after a pause at once, and what is more than 400 ms as it is played", async () => {
    const { clock, spoken, pacer } = rig();
    await clock.advance(500);
    pacer.push(frames(100));
    expect(spoken()).toHaveLength(20);
    await clock.advance(800);
    expect(spoken()).toHaveLength(60);
    expect(
      spoken()
        .slice(20)
        .map(({ at }) => at),
    ).toEqual(Array.from({ length: 40 }, (_, i) => 520 + i * 20));
    await clock.advance(2000);
    expect(spoken().map(({ sound }) => Number(sound))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it("sends silence after 100 ms without sound, every 20 ms, until there is some", async () => {
    const { clock, packets, pacer } = rig();
    pacer.push(frames(1));
    await clock.advance(200);
    expect(packets.map(({ at, sound }) => `${at} ${sound}`)).toEqual([
      "0 1",
      ...[100, 120, 140, 160, 180, 200].map((at) => `${at} silence`),
    ]);
    await clock.advance(7);
    pacer.push(frames(1, 9));
    await clock.advance(99);
    expect(packets.slice(7).map(({ at, sound }) => `${at} ${sound}`)).toEqual(["207 9"]);
  });

  it("makes up for a short stall of this process with silence, and not for a long one", async () => {
    const { clock, packets } = rig();
    await clock.advance(100);
    clock.sleep(150);
    await clock.advance(0);
    expect(packets).toHaveLength(8);
    clock.sleep(5000);
    await clock.advance(0);
    expect(packets).toHaveLength(9);
  });

  it("collects pieces of any length into packets, and completes the last one with silence", async () => {
    const { clock, packets, pacer } = rig();
    for (const length of [1, 158, 2, 330]) pacer.push(new Uint8Array(length).fill(7));
    expect(packets).toHaveLength(3);
    expect(pacer.queuedBytes).toBe(11);
    await clock.advance(100);
    expect(packets).toHaveLength(4);
    expect([...packets[3]!.packet.payload]).toEqual([...Array(11).fill(7), ...Array(149).fill(0xff)]);
    expect(pacer.queuedBytes).toBe(0);
  });

  it("waits for the connection, then sends what was given before", async () => {
    const { clock, packets, spoken, pacer } = rig({ started: false });
    pacer.push(frames(2));
    await clock.advance(5000);
    expect(packets).toEqual([]);
    pacer.start();
    expect(spoken().map(({ sound }) => sound)).toEqual(["1", "2"]);
  });

  it("takes back to the byte what was not sent, and says when nothing waits", async () => {
    const { clock, spoken, pacer } = rig();
    pacer.push(frames(50));
    let flushed = false;
    void pacer.flushed().then(() => {
      flushed = true;
    });
    await clock.advance(100);
    expect([spoken().length, flushed]).toEqual([25, false]);
    expect(pacer.takeBack()).toBe(25 * 160);
    await clock.advance(100);
    expect([spoken().length, flushed, pacer.queuedBytes]).toEqual([25, true, 0]);
    pacer.push(frames(1, 99));
    await clock.advance(1);
    expect(spoken().at(-1)?.sound).toBe("99");
  });

  it("sends nothing after its end", async () => {
    const { clock, packets, pacer } = rig();
    pacer.push(frames(30));
    pacer.stop();
    const { length } = packets;
    pacer.push(frames(1));
    await clock.advance(1000);
    expect(packets).toHaveLength(length);
    await pacer.flushed();
  });
});
