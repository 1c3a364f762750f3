import { checkField, RtpError } from "./rtp-error.ts";

/** A header extension (RFC 3550 §5.3.1): what `data` means depends on `profile`. */
export interface RtpExtension {
  /** 16 bits. */
  readonly profile: number;
  /** A multiple of 4 bytes. */
  readonly data: Uint8Array;
}

/** An RTP packet (RFC 3550 §5.1). */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits, wraps. */
  readonly sequence: number;
  /** 32 bits, wraps; counts the payload's clock. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly csrc: readonly number[];
  readonly extension?: RtpExtension;
  readonly payload: Uint8Array;
}

const headerBytes = 12;

/** Reads a packet. `payload` and `extension.data` are views into `bytes`. Throws RtpError. */
export function parseRtp(bytes: Uint8Array): RtpPacket {
  if (bytes.length < headerBytes) throw short(headerBytes, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  const second = view.getUint8(1);
  if (first >> 6 !== 2) throw new RtpError("rtp-version", `RTP version ${first >> 6}; only version 2 is known.`);
  let at = headerBytes + (first & 15) * 4;
  if (bytes.length < at) throw short(at, bytes.length);
  const csrc: number[] = [];
  for (let source = headerBytes; source < at; source += 4) csrc.push(view.getUint32(source));

  let extension: RtpExtension | undefined;
  if (first & 0x10) {
    if (bytes.length < at + 4) throw short(at + 4, bytes.length);
    const end = at + 4 + view.getUint16(at + 2) * 4;
    if (bytes.length < end) throw short(end, bytes.length);
    extension = { profile: view.getUint16(at), data: bytes.subarray(at + 4, end) };
    at = end;
  }

  let end = bytes.length;
  if (first & 0x20) {
    const padding = end > at ? view.getUint8(end - 1) : 0;
    if (padding === 0 || padding > end - at) {
      throw new RtpError("rtp-padding", `RTP padding of ${padding} bytes in a payload of ${end - at}.`);
    }
    end -= padding;
  }
  return {
    payloadType: second & 0x7f,
    marker: second >= 0x80,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    csrc,
    ...(extension && { extension }),
    payload: bytes.subarray(at, end),
  };
}

/** Writes a packet, without padding, to new bytes. Throws RtpError with `rtp-field`. */
export function packRtp(packet: RtpPacket): Uint8Array<ArrayBuffer> {
  const { payloadType, marker, sequence, timestamp, ssrc, csrc, extension, payload } = packet;
  checkField("payload type", payloadType, 0x7f);
  checkField("sequence number", sequence, 0xffff);
  checkField("timestamp", timestamp, 0xffffffff);
  checkField("SSRC", ssrc, 0xffffffff);
  checkField("CSRC count", csrc.length, 15);
  if (extension) {
    checkField("extension profile", extension.profile, 0xffff);
    checkField("extension length in words", extension.data.length / 4, 0xffff);
  }
  const extensionAt = headerBytes + csrc.length * 4;
  const payloadAt = extensionAt + (extension ? 4 + extension.data.length : 0);
  const bytes = new Uint8Array(payloadAt + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | (extension ? 0x10 : 0) | csrc.length);
  view.setUint8(1, (marker ? 0x80 : 0) | payloadType);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, ssrc);
  csrc.forEach((source, index) => {
    checkField("CSRC", source, 0xffffffff);
    view.setUint32(headerBytes + index * 4, source);
  });
  if (extension) {
    view.setUint16(extensionAt, extension.profile);
    view.setUint16(extensionAt + 2, extension.data.length / 4);
    bytes.set(extension.data, extensionAt + 4);
  }
  bytes.set(payload, payloadAt);
  return bytes;
}

function short(needed: number, present: number): RtpError {
  return new RtpError("rtp-short", `RTP packet of ${present} bytes; its header announces at least ${needed}.`);
}
