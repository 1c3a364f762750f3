import { levelFeed, levelReset } from "./level";
import { BLOCK_SAMPLES, INPUT, INPUT_BYTES, OUTPUT } from "./memory";
import { advanceClock, clockNow, mapArrival, openClock, steerClock } from "./playout/clock";
import {
  carriedBytes,
  openDownlink,
  receivedBytes,
  takeBytes,
  takePacket,
  toBytes,
  unitBytes,
  unitSamples,
} from "./playout/downlink";
import { driftPpm } from "./playout/drift";
import { reserveMs } from "./playout/generator";
import { delayMs, flushEnd, heardSamples, openLaw, reanchorLaw } from "./playout/law";
import {
  concealed,
  dropped,
  end,
  flushed,
  head,
  IDLE,
  levelMs,
  mode,
  perMs,
  played,
  positioned,
  received,
  setPositioned,
} from "./playout/playhead";
import { held, packetCount } from "./playout/queue";
import { floorMs, lastArrivalMs, senderState } from "./playout/sender";
import { storeSize } from "./playout/store";
import {
  accelerated,
  bufferDelay,
  bufferTargetDelay,
  concealmentEvents,
  emitted,
  interruptions,
  openTally,
  rebufferings,
  silent,
  silentConcealed,
  slowed,
  tallyTick,
  underruns,
} from "./playout/tally";
import { targetMs } from "./playout/target";
import {
  CHUNK,
  chunkSamples,
  chunkTaken,
  FLUSH_FADE_MS,
  flushVoice,
  isSounding,
  lagMs,
  openVoice,
  operation,
  renderTick,
  resamplePpm,
  takeChunk,
  tickMedia,
} from "./playout/voice";
import {
  resamplerNeed,
  resamplerOpen,
  resamplerPull,
  resamplerPush,
  resamplerReset,
  resamplerSetPpm,
} from "./resampler";
import { stretchInserted, stretchReady, stretchRemoved } from "./stretch/index";

/**
 * The device side of a call: encoded bytes in, device-rate samples out. The contract:
 *
 * - Thread: all calls come from one thread (the render thread). Nothing allocates, traps, or knows a clock; times are arguments.
 * - playbackPush takes raw in-order bytes of any length at INPUT; a part of a sample waits for the rest. Media time is the byte count.
 * - playbackPushRtp takes one payload at INPUT with its sequence number and timestamp, in any order. A stream is raw or RTP, not both.
 * - playbackPull fills OUTPUT with f32 on the ±1 scale, always all of it, silence where there is nothing to play.
 * - playbackFlush(position) discards what came before that byte of the stream, held or still to arrive, and nothing after it.
 * - Samples, always: received = played + dropped + flushed + held. A sample is played once it was rendered at the codec rate, at most
 *   5 ms before the device gets it; a flush takes back what the device has not got, less 2.5 ms that fade.
 * - Audio that does not fit (120 s) is refused newest first, and counted as dropped.
 *
 *   bytes → decode → store ← law says how → stretch → conceal → resampler 1 (trim, drift) → OUTPUT
 */

const FRAME_SLICE: i32 = 128;
/** Half of what the law was tuned with: the shorter a tick, the less a packet waits for one. */
const TICK_MS: i32 = 5;

let openedRate: i32 = 0;
let openedDevice: i32 = 0;
/** When the present chunk is heard, on the frame clock, and how much earlier the resampler wants it. */
let tickMs: f64 = 0;
let latencyMs: f64 = 0;
/** Codec samples given to the resampler since that was computed, and their resampling. */
let sinceTick: i32 = 0;
let appliedPpm: f64 = 0;
let ticking: bool = false;
/** Bytes before the last flush, which are discarded on arrival. */
let flushBytes: f64 = 0;
/** Device samples of a flush that are still to be faded, and then to be silent while the resampler forgets what was cut off. */
let fadeFrames: i32 = 1;
let fadeLeft: i32 = 0;
let silenceLeft: i32 = 0;

/** Returns 0, or −1 for a codec or a rate that is not supported. The stream begins anew: all counters are zero. */
export function playbackOpen(codecId: i32, rate: i32, deviceRate: i32): i32 {
  if (!openDownlink(codecId, rate)) return -1;
  if (rate == openedRate && deviceRate == openedDevice)
    resamplerReset(1); // its kernel is dear
  else {
    openedRate = openedDevice = 0;
    if (resamplerOpen(1, rate, deviceRate) < 0) return -1;
    openedRate = rate;
    openedDevice = deviceRate;
  }
  openClock(deviceRate);
  openLaw(rate, TICK_MS, false, storeSize);
  const latencySamples = resamplerNeed(1, 1);
  openVoice(rate, latencySamples);
  openTally(TICK_MS);
  latencyMs = <f64>latencySamples / perMs;
  fadeFrames = <i32>((FLUSH_FADE_MS * <f64>deviceRate) / 1000.0);
  fadeLeft = silenceLeft = 0;
  levelReset();
  resamplerSetPpm(1, 0);
  tickMs = appliedPpm = flushBytes = 0;
  sinceTick = 0;
  ticking = false;
  return 0;
}

/** Takes `length` bytes at INPUT, received at `arrivalMs`. Returns how many were not refused. */
export function playbackPush(length: i32, arrivalMs: f64): i32 {
  const bytes = min(max(length, 0), INPUT_BYTES);
  return bytes ? takeBytes(INPUT, bytes, mapArrival(arrivalMs)) : 0;
}

/** Takes one RTP payload of `length` bytes at INPUT (RFC 3550: 16-bit sequence, 32-bit timestamp). Returns 1 when it was wanted. */
export function playbackPushRtp(length: i32, sequence: i32, timestamp: u32, arrivalMs: f64): i32 {
  setPositioned();
  return takePacket(INPUT, min(max(length, 0), INPUT_BYTES), sequence, timestamp, mapArrival(arrivalMs));
}

/** Fills OUTPUT with `frames` samples (at most BLOCK_SAMPLES); returns how many. `nowMs` is on the clock of the arrivals. */
export function playbackPull(frames: i32, nowMs: f64): i32 {
  const total = min(max(frames, 0), BLOCK_SAMPLES);
  if (steerClock(nowMs, total) != 0) {
    reanchorLaw(clockNow());
    ticking = false;
  }
  let done = 0;
  while (done < total) {
    const slice = min(total - done, FRAME_SLICE);
    feedResampler(resamplerNeed(1, slice));
    const got = resamplerPull(1, OUTPUT + ((<usize>done) << 2), slice);
    // The ratio is rounded: a slice may end one sample early.
    if (got == 0) feedResampler(1);
    done += got;
    advanceClock(got);
  }
  for (let i = 0; i < total; i++) {
    const address = OUTPUT + ((<usize>i) << 2);
    store<f32>(address, load<f32>(address) * (1.0 / 32768.0));
  }
  if (silenceLeft) fadeFlushed(total);
  levelFeed(OUTPUT, total);
  return total;
}

/** The device, not the media, fades: what lies in the resampler is in the fade already. */
function fadeFlushed(frames: i32): void {
  for (let i = 0; i < frames && silenceLeft; i++) {
    const address = OUTPUT + ((<usize>i) << 2);
    store<f32>(address, (load<f32>(address) * <f32>fadeLeft) / <f32>(fadeFrames + 1));
    if (fadeLeft) fadeLeft--;
    else silenceLeft--;
  }
}

function feedResampler(samples: i32): void {
  while (samples > 0) {
    if (chunkTaken == chunkSamples) nextTick();
    const n = min(samples, chunkSamples - chunkTaken);
    resamplerPush(1, CHUNK + ((<usize>chunkTaken) << 2), n);
    takeChunk(n);
    sinceTick += n;
    samples -= n;
  }
}

function nextTick(): void {
  if (ticking) tickMs += <f64>sinceTick / (perMs * (1.0 + appliedPpm * 1e-6));
  else tickMs = clockNow();
  ticking = true;
  sinceTick = 0;
  renderTick(tickMs - latencyMs);
  tallyTick(operation, tickMedia);
  appliedPpm = resamplePpm;
  resamplerSetPpm(1, appliedPpm);
}

/** Discards everything before the stream position; returns the bytes of it that are not played, those still to arrive included. */
export function playbackFlush(position: f64): f64 {
  if (!isFinite(position)) return 0;
  if (positioned) return flushPackets(position);
  const until = Math.ceil(position / <f64>unitBytes) * <f64>unitSamples;
  if (!isFlushed(until)) return 0;
  const pending = max(position - max(receivedBytes, flushBytes), 0.0);
  flushBytes = max(flushBytes, position);
  // A unit of which only a part came before the position goes whole, but is not counted beyond it.
  const removed = toBytes(<f64>flush(until));
  const carried = <f64>carriedBytes();
  const whole = receivedBytes - carried;
  const part = position > whole ? min(position - whole, carried) : position - toBytes(until);
  return max(removed + part, 0.0) + pending;
}

function flush(until: f64): i32 {
  if (isSounding()) {
    if (!silenceLeft) fadeLeft = fadeFrames;
    silenceLeft = <i32>(latencyMs * <f64>openedDevice * 0.001);
  }
  return flushVoice(clockNow(), until);
}

/** RTP: all that was received, less the newest bytes from the position on; what is still to arrive is not known by its bytes. */
function flushPackets(position: f64): f64 {
  const kept = max(receivedBytes - position, 0.0);
  const until = end - (kept / <f64>unitBytes) * <f64>unitSamples;
  return isFlushed(until) ? toBytes(<f64>flush(Math.floor(until))) : 0;
}

/** Is there anything before `until` that was not heard? At the very end there is what the device has not got yet. */
function isFlushed(until: f64): bool {
  return until > max(head, flushEnd) || (until == head && head >= end && mode != IDLE);
}

/** Counter by number; lib/core/playback-stats.ts names them. Bytes, samples at the codec rate, or ms. */
export function playbackStat(index: i32): f64 {
  switch (index) {
    case 0:
      return receivedBytes;
    case 1:
      return toBytes(played);
    case 2:
      return toBytes(dropped);
    case 3:
      return toBytes(flushed);
    case 4:
      return toBytes(<f64>held) + <f64>carriedBytes();
    case 5:
      return max(flushBytes - receivedBytes, 0.0);
    case 6:
      return underruns;
    case 7:
      return mode == IDLE ? (packetCount() ? 1 : 0) : 2;
    case 8:
      return <f64>held / perMs;
    case 9:
      return heardSamples() / perMs;
    case 10:
      return silent / perMs;
    case 11:
      return <f64>senderState;
    case 12:
      return targetMs;
    case 13:
      return mode == IDLE ? 0.0 : max(0.0, delayMs(tickMs));
    case 14:
      return max(0.0, isNaN(floorMs) ? 0.0 : floorMs - (lastArrivalMs - end / perMs));
    case 15:
      return driftPpm;
    case 16:
      return resamplePpm;
    case 17:
      return reserveMs;
    case 18:
      return bufferDelay;
    case 19:
      return bufferTargetDelay;
    case 20:
      return emitted;
    case 21:
      return concealed;
    case 22:
      return silentConcealed;
    case 23:
      return concealmentEvents;
    case 24:
      return stretchInserted();
    case 25:
      return stretchRemoved();
    case 26:
      return received + concealed;
    case 27:
      return interruptions;
    case 28:
      return rebufferings;
    case 29:
      return accelerated;
    case 30:
      return slowed;
    case 31:
      return toBytes(head - <f64>(stretchReady() + chunkSamples - chunkTaken));
    case 32:
      return <f64>operation;
    case 33:
      return head;
    case 34:
      return levelMs();
    case 35:
      return <f64>tickMedia;
    case 36:
      return tickMs;
    case 37:
      return lagMs() * perMs;
    default:
      return 0;
  }
}
