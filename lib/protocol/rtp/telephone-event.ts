import { checkField, RtpError } from "./rtp-error.ts";

/** An event payload (RFC 4733 §2.3). */
export interface TelephoneEvent {
  /** 0–9 digits, 10 *, 11 #, 12–15 A–D, 16 flash; others have their own registry. */
  readonly event: number;
  readonly end: boolean;
  /** Power of the tone in dBm0, −63 to 0. */
  readonly volumeDbm0: number;
  /** Since the event began, in the RTP clock; 0xffff and more go on in a new segment. */
  readonly durationTicks: number;
}

const eventDigits = "0123456789*#ABCD";

/** The digit of an event code; undefined for other events. */
export function digitOfEvent(event: number): string | undefined {
  return eventDigits[event];
}

/** The event code of a digit (0–9 * # A–D). Throws `rtp-field` for others. */
export function eventOfDigit(digit: string): number {
  const event = digit.length === 1 ? eventDigits.indexOf(digit.toUpperCase()) : -1;
  if (event < 0) throw new RtpError("rtp-field", `"${digit}" is not a digit: one of ${eventDigits}.`);
  return event;
}

/** Reads a payload; bytes after the first event are left alone. Throws `rtp-short`. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent {
  if (payload.length < 4) {
    throw new RtpError("rtp-short", `A telephone event has 4 bytes (RFC 4733); this payload has ${payload.length}.`);
  }
  const view = new DataView(payload.buffer, payload.byteOffset, 4);
  const flags = view.getUint8(1);
  return {
    event: view.getUint8(0),
    end: flags >= 0x80,
    volumeDbm0: 0 - (flags & 0x3f),
    durationTicks: view.getUint16(2),
  };
}

/** Throws RtpError with `rtp-field`. */
export function packTelephoneEvent(event: TelephoneEvent): Uint8Array<ArrayBuffer> {
  checkField("event", event.event, 255);
  checkField("event volume", 0 - event.volumeDbm0, 63);
  checkField("event duration", event.durationTicks, 0xffff);
  const bytes = new Uint8Array(4);
  bytes[0] = event.event;
  bytes[1] = (event.end ? 0x80 : 0) | (0 - event.volumeDbm0);
  bytes[2] = event.durationTicks >> 8;
  bytes[3] = event.durationTicks & 0xff;
  return bytes;
}
