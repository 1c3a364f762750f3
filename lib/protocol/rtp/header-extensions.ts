import type { RtpExtension } from "./packet.ts";
import { checkField, RtpError } from "./rtp-error.ts";

/** RFC 8285 §4.2: the profile of extensions in the one-byte form. */
const oneByteProfile = 0xbede;

/**
 * The elements of a header extension in the one-byte form (RFC 8285 §4.2), by their local identifier of 1…14, as views; none when the
 * extension is absent or of another form. Reading ends at identifier 15, and at an element that would reach beyond the extension.
 */
export function parseHeaderExtensions(extension: RtpExtension | undefined): Map<number, Uint8Array> {
  const elements = new Map<number, Uint8Array>();
  if (extension?.profile !== oneByteProfile) return elements;
  const { data } = extension;
  for (let at = 0; at < data.length; ) {
    const head = data[at++]!;
    const id = head >> 4;
    if (id === 15) break;
    if (id === 0) continue; // padding
    const end = at + (head & 15) + 1;
    if (end > data.length) break;
    elements.set(id, data.subarray(at, end));
    at = end;
  }
  return elements;
}

/** The extension that carries these elements (identifiers 1…14, 1…16 bytes each). Throws RtpError with `rtp-field`. */
export function packHeaderExtensions(elements: Iterable<readonly [id: number, data: Uint8Array]>): RtpExtension {
  const bytes: number[] = [];
  for (const [id, data] of elements) {
    checkField("extension identifier", id, 14, 1);
    checkField("extension element length", data.length, 16, 1);
    bytes.push((id << 4) | (data.length - 1), ...data);
  }
  while (bytes.length % 4) bytes.push(0);
  return { profile: oneByteProfile, data: Uint8Array.from(bytes) };
}

/** The name under which SDP offers the audio level (RFC 6464 §4). */
export const audioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/** RFC 6464 §3. */
export interface AudioLevel {
  /** −127 (silence) to 0 (the loudest possible). */
  readonly levelDbov: number;
  /** What the sender's voice activity detector says. */
  readonly voice: boolean;
}

/** Throws `rtp-short` when the element is empty. */
export function parseAudioLevel(data: Uint8Array): AudioLevel {
  const byte = data[0];
  if (byte === undefined)
    throw new RtpError("rtp-short", "An audio level element has one byte (RFC 6464); this has none.");
  return { levelDbov: 0 - (byte & 0x7f), voice: byte >= 0x80 };
}

/** Levels are rounded to whole decibels and kept within −127…0. */
export function packAudioLevel({ levelDbov, voice }: AudioLevel): Uint8Array<ArrayBuffer> {
  const level = levelDbov >= -127 ? Math.min(127, Math.max(0, Math.round(-levelDbov))) : 127;
  return Uint8Array.of((voice ? 0x80 : 0) | level);
}

/** The level of samples with this root mean square, 0…1 of full scale (RFC 6465 appendix A). */
export function dbovOf(rms: number): number {
  return rms > 0 ? Math.max(-127, Math.min(0, 20 * Math.log10(rms))) : -127;
}
