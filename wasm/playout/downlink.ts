// Bytes as they arrive: decoded at once, judged, and held by the law if they are wanted.
//
//   INPUT → whole units → decode → PIECE i16 (≤ 20 ms) → store

import { codecDecode, codecReset, codecUnitBytes, codecUnitSamples } from "../codecs/codec";
import { RING_BYTES } from "../ring";
import { holdMedia, keptFrom, noteArrival } from "./intake";
import { reanchorLaw } from "./law";
import { isQuietPiece, openLoudness } from "./loudness";
import { dropped, end } from "./playhead";
import { held } from "./queue";
import { nextPlace, openStore, putSamples, storeSize } from "./store";

const CAPACITY_SECONDS: i32 = 120;
/** A packet this far from where its time puts it begins a new stream (SSRC change, restart) … */
const STRANGE_MS: f64 = 3000.0;
/** … unless its sequence number is just behind: then it is late, until its successor comes too (RFC 3550 A.1). */
const MISORDER: i32 = 1000;
/** RFC 3551 §4.5.2: the RTP clock of G.722 runs at half its sample rate. */
const G722: i32 = 3;

/** Most bytes of a piece: 20 ms of L16 at 48 kHz. */
const PIECE_BYTES: i32 = 1920;
export const PIECE: usize = memory.data(1920 + 2 * 64, 64) + 64;
export const UNITS: usize = memory.data(1920 + 2 * 64, 64) + 64;

export let unitBytes: i32 = 1;
export let unitSamples: i32 = 1;
/** Bytes taken in so far. */
export let receivedBytes: f64 = 0.0;

let codec: i32 = 0;
let rate: i32 = 0;
let pieceBytes: i32 = 0;
/** First byte of a unit whose rest has not come. */
let carried: i32 = 0;
let carry: u8 = 0;
/** RTP: the newest packet by sequence, its place in the media and its arrival (NaN before the first). */
let lastSequence: i32 = 0;
let suspectSequence: i32 = -1;
let lastTimestamp: u32 = 0;
let lastMedia: f64 = 0.0;
let lastArrival: f64 = NaN;

/** False for a codec or rate that is not supported. */
export function openDownlink(codecId: i32, codecRate: i32): bool {
  const unit = codecUnitBytes(codecId, codecRate);
  if (unit < 0) return false;
  codec = codecId;
  rate = codecRate;
  unitBytes = unit;
  unitSamples = codecUnitSamples(codecId);
  pieceBytes = ((rate / 50) * unitBytes) / unitSamples;
  receivedBytes = 0.0;
  carried = 0;
  lastArrival = NaN;
  codecReset(codecId);
  openStore(rate);
  openLoudness();
  return true;
}

/** Bytes of a first part of a unit that waits for the rest. */
export function carriedBytes(): i32 {
  return carried;
}

export function toBytes(samples: f64): f64 {
  return (samples / <f64>unitSamples) * <f64>unitBytes;
}

/** Raw bytes, next in order. Returns how many were not refused. */
export function takeBytes(source: usize, bytes: i32, arrival: f64): i32 {
  receivedBytes += <f64>bytes;
  const whole = (carried + bytes) / unitBytes;
  const left = (carried + bytes) % unitBytes;
  const before = dropped;
  if (whole > 0) {
    noteArrival(arrival, end, whole * unitSamples);
    takeUnits(source, whole, arrival, end);
  }
  if (left) carry = load<u8>(source + <usize>(bytes - 1));
  carried = left;
  return max(0, bytes - <i32>toBytes(dropped - before));
}

/** One RTP payload (RFC 3550 §5.1). Returns 1 when it was wanted, wholly or in part. */
export function takePacket(source: usize, bytes: i32, sequence: i32, timestamp: u32, arrival: f64): i32 {
  const whole = bytes / unitBytes;
  if (whole == 0) return 0;
  receivedBytes += <f64>(whole * unitBytes);
  const media = place(sequence, timestamp, arrival);
  noteArrival(arrival, media, whole * unitSamples);
  carried = 0;
  return takeUnits(source, whole, arrival, media) > 0 ? 1 : 0;
}

/** Media position of a packet: its timestamp unwrapped, or the end of the media when it cannot belong to what came before. */
function place(sequence: i32, timestamp: u32, arrival: f64): f64 {
  const isFirst = isNaN(lastArrival);
  const ahead = <f64>(<i32>(timestamp - lastTimestamp)) * (codec == G722 ? 2.0 : 1.0);
  const behind = <i32>(<i16>(lastSequence - sequence));
  let late = behind > 0 && behind < MISORDER;
  let media = isFirst ? end : lastMedia + ahead;
  const expected = lastMedia + ((arrival - lastArrival) * <f64>rate) / 1000.0;
  const strange = (STRANGE_MS * <f64>rate) / 1000.0;
  if (!isFirst && abs(media - expected) > strange && abs(media - end) > strange) {
    if (late) {
      late = sequence != suspectSequence;
      suspectSequence = (sequence + 1) & 0xffff;
    }
    if (!late) {
      media = end;
      reanchorLaw(arrival);
      codecReset(codec);
    }
  }
  if (isFirst || !late) {
    lastArrival = arrival;
    lastMedia = media;
    lastTimestamp = timestamp;
    lastSequence = sequence;
  }
  return media;
}

/** `whole` units, the first of which may begin with the carried byte; returns the samples held. */
function takeUnits(source: usize, whole: i32, arrival: f64, media: f64): i32 {
  let kept = 0;
  let from = source;
  let left = whole * unitBytes;
  while (left > 0) {
    const bytes = min(left, pieceBytes);
    let encoded = from;
    if (carried) {
      store<u8>(UNITS, carry);
      memory.copy(UNITS + 1, from, <usize>(bytes - 1));
      encoded = UNITS;
      from += <usize>(bytes - 1);
      carried = 0;
    } else from += <usize>bytes;
    left -= bytes;
    const samples = codecDecode(codec, encoded, bytes, PIECE);
    const quiet = isQuietPiece(PIECE, samples);
    const n = holdMedia(arrival, media, samples, nextPlace(held == 0), quiet, capacity());
    if (n > 0) putSamples(PIECE + ((<usize>keptFrom) << 1), n);
    kept += n;
    media += <f64>samples;
  }
  return kept;
}

function capacity(): i32 {
  return min(storeSize, min(CAPACITY_SECONDS * rate, RING_BYTES / 2));
}
