import { eventOfDigit, packTelephoneEvent } from "./telephone-event.ts";

export interface DigitOptions {
  readonly digit: string;
  readonly durationMs: number;
  /** The RTP clock of the event payload; 8000 unless told. */
  readonly clockRate?: number;
  /** Time between packets; 20 unless told. */
  readonly packetMs?: number;
  /** −10 unless told. */
  readonly volumeDbm0?: number;
}

/** One packet of a digit: what its RTP header must say beside the payload. */
export interface DigitPacket {
  /** When to send it, from the beginning of the digit. */
  readonly atMs: number;
  /** To be added to the RTP timestamp at which the digit began; constant within a segment. */
  readonly timestampOffset: number;
  /** Set on the first packet of a digit. */
  readonly marker: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

const lastTick = 0xffff;

/**
 * The packets that send one digit (RFC 4733 §2.5.1): an update per interval with the duration so far, the end said three times, and a new
 * segment whenever the duration outgrows its field. Each goes out with the next RTP sequence number.
 */
export function digitPackets(options: DigitOptions): DigitPacket[] {
  const { digit, durationMs, clockRate = 8000, packetMs = 20, volumeDbm0 = -10 } = options;
  const event = eventOfDigit(digit);
  const totalTicks = Math.max(1, Math.round((durationMs * clockRate) / 1000));
  const packets: DigitPacket[] = [];
  let segmentTicks = 0;
  const add = (atMs: number, ticks: number, end: boolean) => {
    packets.push({
      atMs,
      timestampOffset: segmentTicks,
      marker: packets.length === 0,
      payload: packTelephoneEvent({ event, end, volumeDbm0, durationTicks: ticks - segmentTicks }),
    });
  };
  for (let count = 1; ; count++) {
    const atMs = count * packetMs;
    const ticks = Math.min(totalTicks, Math.round((atMs * clockRate) / 1000));
    while (ticks - segmentTicks > lastTick) {
      add(atMs, segmentTicks + lastTick, false);
      segmentTicks += lastTick;
    }
    if (ticks < totalTicks) {
      add(atMs, ticks, false);
      continue;
    }
    for (let copy = 0; copy < 3; copy++) add(atMs + copy * packetMs, ticks, true);
    return packets;
  }
}
