import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DigitReceiver,
  digitOfEvent,
  digitPackets,
  eventOfDigit,
  packTelephoneEvent,
  parseTelephoneEvent,
  RtpError,
} from "../../../../lib/protocol/rtp/index.ts";
import { seededRandom } from "../../wasm/support/random.ts";

const allDigits = "0123456789*#ABCD";

describe("a telephone event payload (RFC 4733)", () => {
  it("is event, end and volume, duration", () => {
    const event = { event: 11, end: true, volumeDbm0: -10, durationTicks: 800 };
    expect(packTelephoneEvent(event)).toEqual(Uint8Array.of(0x0b, 0x8a, 0x03, 0x20));
    expect(parseTelephoneEvent(Uint8Array.of(0x0b, 0x8a, 0x03, 0x20))).toEqual(event);
  });

  it("ignores the reserved bit and whatever follows", () => {
    expect(parseTelephoneEvent(Uint8Array.of(1, 0x4a, 0, 160, 9, 9))).toEqual({
      event: 1,
      end: false,
      volumeDbm0: -10,
      durationTicks: 160,
    });
  });

  it("survives any round trip", () => {
    const events = fc.record({
      event: fc.nat(255),
      end: fc.boolean(),
      volumeDbm0: fc.integer({ min: -63, max: 0 }),
      durationTicks: fc.nat(65535),
    });
    fc.assert(
      fc.property(events, (event) => {
        expect(parseTelephoneEvent(packTelephoneEvent(event))).toEqual(event);
      }),
      { numRuns: 300, seed: 4733 },
    );
  });

  it("knows the sixteen digits, in either case, and no more", () => {
    expect([...allDigits].map(eventOfDigit)).toEqual(Array.from({ length: 16 }, (_, event) => event));
    expect(Array.from({ length: 16 }, (_, event) => digitOfEvent(event)).join("")).toBe(allDigits);
    expect(eventOfDigit("d")).toBe(15);
    expect(digitOfEvent(16)).toBeUndefined();
    for (const wrong of ["", "E", "12", "+"]) expect(() => eventOfDigit(wrong)).toThrow(RtpError);
  });

  it("is refused when cut short or out of range", () => {
    expect(() => parseTelephoneEvent(Uint8Array.of(1, 2, 3))).toThrow(RtpError);
    for (const change of [{ event: 256 }, { volumeDbm0: 1 }, { volumeDbm0: -64 }, { durationTicks: 65536 }]) {
      expect(() => packTelephoneEvent({ event: 1, end: false, volumeDbm0: 0, durationTicks: 0, ...change })).toThrow(
        RtpError,
      );
    }
  });
});

describe("sending a digit", () => {
  it("updates every 20 ms under one timestamp, marks the first packet and says the end three times", () => {
    const packets = digitPackets({ digit: "5", durationMs: 100 });
    const events = packets.map((packet) => parseTelephoneEvent(packet.payload));
    expect(events.map((event) => event.durationTicks)).toEqual([160, 320, 480, 640, 800, 800, 800]);
    expect(events.map((event) => event.end)).toEqual([false, false, false, false, true, true, true]);
    expect(packets.map((packet) => packet.marker)).toEqual([true, false, false, false, false, false, false]);
    expect(packets.map((packet) => packet.atMs)).toEqual([20, 40, 60, 80, 100, 120, 140]);
    expect(packets.every((packet) => packet.timestampOffset === 0)).toBe(true);
    expect(events.every((event) => event.event === 5 && event.volumeDbm0 === -10)).toBe(true);
  });

  it("begins a new segment when the duration outgrows its field", () => {
    const packets = digitPackets({ digit: "1", durationMs: 20_000, packetMs: 50 });
    const offsets = [...new Set(packets.map((packet) => packet.timestampOffset))];
    expect(offsets).toEqual([0, 65535, 131070]);
    const last = packets.at(-1);
    expect(last && last.timestampOffset + parseTelephoneEvent(last.payload).durationTicks).toBe(160_000);
    const full = packets.filter((packet) => parseTelephoneEvent(packet.payload).durationTicks === 65535);
    expect(full.map((packet) => parseTelephoneEvent(packet.payload).end)).toEqual([false, false]);
  });
});

describe("receiving digits", () => {
  const send = (digits: string, durationMs: number, start = 1000) =>
    [...digits].flatMap((digit, index) =>
      digitPackets({ digit, durationMs }).map((packet) => ({
        timestamp: (start + index * (durationMs * 8 + 800) + packet.timestampOffset) >>> 0,
        payload: packet.payload,
      })),
    );
  const receive = (packets: ReturnType<typeof send>) => {
    const receiver = new DigitReceiver();
    return [...packets.flatMap((packet) => receiver.receive(packet)), ...receiver.finish()];
  };
  const downs = (events: ReturnType<typeof receive>) =>
    events
      .filter((event) => event.type === "down")
      .map((event) => event.digit)
      .join("");

  it("reports each press once, with its duration", () => {
    const events = receive(send("77#", 100));
    expect(events.map((event) => `${event.digit} ${event.type} ${event.durationMs}`)).toEqual([
      "7 down 0",
      "7 up 100",
      "7 down 0",
      "7 up 100",
      "# down 0",
      "# up 100",
    ]);
  });

  it("takes a press of several segments for one, also across the wrap of the timestamp", () => {
    const events = receive(send("9", 20_000, 2 ** 32 - 70_000));
    expect(events.map((event) => `${event.digit} ${event.type} ${event.durationMs}`)).toEqual([
      "9 down 0",
      "9 up 20000",
    ]);
  });

  it("loses no digit and makes none up when packets are lost, repeated or swapped", () => {
    const random = seededRandom(4733);
    for (let round = 0; round < 300; round++) {
      const digits = Array.from({ length: 6 }, () => allDigits[Math.floor(random() * 16)]).join("");
      const packets = send(digits, 100);
      const disturbed: typeof packets = [];
      for (let at = 0; at < packets.length; at += 7) {
        const press = packets.slice(at, at + 7).filter(() => random() < 0.7);
        disturbed.push(...(press.length > 0 ? press : packets.slice(at, at + 1)));
      }
      for (let at = 1; at < disturbed.length; at++) {
        const swap = random() < 0.15 && disturbed[at]?.timestamp === disturbed[at - 1]?.timestamp;
        if (swap) disturbed.splice(at - 1, 2, disturbed[at]!, disturbed[at - 1]!);
        if (random() < 0.1) disturbed.splice(at, 0, disturbed[at]!);
      }
      const events = receive(disturbed);
      expect(downs(events)).toBe(digits);
      expect(events.filter((event) => event.type === "up")).toHaveLength(digits.length);
    }
  });

  it("ends a digit whose last packets were lost when told that nothing came", () => {
    const receiver = new DigitReceiver();
    const packets = send("3", 100).slice(0, 3);
    expect(packets.flatMap((packet) => receiver.receive(packet)).map((event) => event.type)).toEqual(["down"]);
    expect(receiver.finish()).toEqual([{ type: "up", digit: "3", durationMs: 60 }]);
    expect(receiver.finish()).toEqual([]);
  });

  it("ignores events that are no digits", () => {
    const flash = packTelephoneEvent({ event: 16, end: true, volumeDbm0: 0, durationTicks: 100 });
    expect(new DigitReceiver().receive({ timestamp: 0, payload: flash })).toEqual([]);
  });
});
