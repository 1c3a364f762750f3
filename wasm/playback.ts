import { codecDecode, codecReset, codecUnitBytes, codecUnitSamples } from "./codecs/codec";
import { levelFeed, levelReset } from "./level";
import { BLOCK_SAMPLES, INPUT, INPUT_BYTES, OUTPUT } from "./memory";
import {
  positionAccept,
  positionFront,
  positionHeldBefore,
  positionOpen,
  positionRemove,
  positionSkip,
} from "./playback-position";
import { resamplerNeed, resamplerOpen, resamplerPull, resamplerPush } from "./resampler";
import { ringDiscard, ringHeld, ringOpen, ringRead, ringRoom, ringWrite } from "./ring";

/**
 * The device side of a call: encoded bytes in, device-rate samples out. The contract, which does not change with what is inside:
 *
 * - Thread: all calls come from one thread (the render thread). Nothing allocates, traps, or knows a clock; times are arguments.
 * - playbackPush takes raw in-order bytes of any length at INPUT; a part of a sample waits for the rest. Media time is the byte count.
 * - playbackPull fills OUTPUT with f32 on the ±1 scale, always all of it, silence where there is nothing to play.
 * - playbackFlush(position) discards what came before that byte of the stream, held or still to arrive, and nothing after it.
 * - Bytes, always: received = played + dropped + flushed + held. A byte is played once it was given to the resampler.
 * - Audio that does not fit (120 s) is refused newest first, counted as dropped, and accepted again when there is room for 1 s.
 *
 * Inside, for now: playing starts when 60 ms are held, or 60 ms after the first byte; running dry is an underrun.
 *
 *   ring (bytes) → decode → i16 PCM → f32 SAMPLES (int16 scale) → resampler 1 → OUTPUT
 */

/** 5 ms at 48 kHz and a whole number of any codec's units fits twice. */
const CHUNK_SAMPLES: i32 = 512;
export const PLAYBACK_BYTES: usize = memory.data(1024 + 2 * 64, 64) + 64;
export const PLAYBACK_PCM: usize = memory.data(1024 + 2 * 64, 64) + 64;
export const PLAYBACK_SAMPLES: usize = memory.data(2048 + 2 * 64, 64) + 64;

const START_MS: i32 = 60;
const FADE_MS: i32 = 5;
const CAPACITY_SECONDS: i32 = 120;
/** Silence longer than this ends an utterance: what is heard after it counts from zero. */
const UTTERANCE_GAP_MS: i32 = 200;

const STATE_IDLE: i32 = 0;
const STATE_BUFFERING: i32 = 1;
const STATE_PLAYING: i32 = 2;

let codec: i32 = 0;
let codecRate: i32 = 0;
let unitBytes: i32 = 1;
let unitSamples: i32 = 1;
let bytesPerSecond: i32 = 0;

let received: f64 = 0;
let played: f64 = 0;
let dropped: f64 = 0;
let flushed: f64 = 0;
/** Stream position before which everything is discarded on arrival. */
let flushUntil: f64 = 0;
let refusing: bool = false;

let state: i32 = STATE_IDLE;
/** Codec samples rendered since the first byte of a start level came. */
let waitedSamples: i32 = 0;
let underruns: f64 = 0;
let silentSamples: f64 = 0;
let heardSamples: f64 = 0;
let drySamples: i32 = 0;

/** The sample that is held and faded when real ones are missing. */
let lastSample: f32 = 0;
let fadeSamples: i32 = 0;
let fadeLeft: i32 = 0;

/** Returns 0, or −1 for a codec or a rate that is not supported. The stream begins anew: all counters are zero. */
export function playbackOpen(codecId: i32, rate: i32, deviceRate: i32): i32 {
  const unit = codecUnitBytes(codecId, rate);
  if (unit < 0 || resamplerOpen(1, rate, deviceRate) < 0) return -1;
  codec = codecId;
  codecRate = rate;
  unitBytes = unit;
  unitSamples = codecUnitSamples(codecId);
  bytesPerSecond = (rate * unit) / unitSamples;
  codecReset(codecId);
  ringOpen(bytesPerSecond * CAPACITY_SECONDS);
  positionOpen();
  levelReset();
  received = played = dropped = flushed = flushUntil = 0;
  refusing = false;
  state = STATE_IDLE;
  waitedSamples = 0;
  underruns = silentSamples = heardSamples = 0;
  drySamples = 0;
  lastSample = 0;
  fadeSamples = (rate * FADE_MS) / 1000;
  fadeLeft = 0;
  return 0;
}

/** Takes `length` bytes at INPUT, received at `arrivalMs`. Returns how many were not refused. */
export function playbackPush(length: i32, arrivalMs: f64): i32 {
  const total = min(max(length, 0), INPUT_BYTES);
  let source = INPUT;
  let rest = total;
  const late = <i32>min<f64>(max<f64>(flushUntil - received, 0), <f64>rest);
  received += <f64>total;
  if (late > 0) {
    flushed += <f64>late;
    positionSkip(late);
    source += <usize>late;
    rest -= late;
  }
  if (rest == 0) return total;
  if (refusing && ringRoom() >= bytesPerSecond) {
    // Back to a whole sample: what was refused so far may end in the middle of one.
    const partial = <i32>((received - <f64>rest) % <f64>unitBytes);
    const skip = partial > 0 ? min(unitBytes - partial, rest) : 0;
    positionSkip(skip);
    dropped += <f64>skip;
    source += <usize>skip;
    rest -= skip;
    refusing = rest == 0;
  }
  const count = refusing ? 0 : ringWrite(source, rest);
  positionAccept(count);
  const refused = rest - count;
  if (refused > 0) {
    refusing = true;
    dropped += <f64>refused;
    positionSkip(refused);
  }
  if (state == STATE_IDLE && count > 0) {
    state = STATE_BUFFERING;
    waitedSamples = 0;
  }
  return total - refused;
}

/** Fills OUTPUT with `frames` samples (at most BLOCK_SAMPLES); returns how many. `nowMs` is on the clock of the arrivals. */
export function playbackPull(frames: i32, nowMs: f64): i32 {
  const total = min(max(frames, 0), BLOCK_SAMPLES);
  let done = 0;
  while (done < total) {
    const block = min(total - done, 128);
    let need = resamplerNeed(1, block);
    while (need > 0) {
      const chunk = (min(need + unitSamples - 1, CHUNK_SAMPLES) / unitSamples) * unitSamples;
      renderChunk(chunk);
      resamplerPush(1, PLAYBACK_SAMPLES, chunk);
      need -= chunk;
    }
    done += resamplerPull(1, OUTPUT + ((<usize>done) << 2), block);
  }
  for (let i = 0; i < total; i++) {
    const address = OUTPUT + ((<usize>i) << 2);
    store<f32>(address, load<f32>(address) * (1.0 / 32768.0));
  }
  levelFeed(OUTPUT, total);
  return total;
}

/** Discards everything before the stream position; returns the bytes of it that are not played, those still to arrive included. */
export function playbackFlush(position: f64): f64 {
  const until = ceil(position / <f64>unitBytes) * <f64>unitBytes;
  const firstUnplayed = max<f64>(positionFront(), flushUntil);
  if (!(until > firstUnplayed) || !isFinite(until)) return 0;
  const pending = max<f64>(position - max<f64>(received, flushUntil), 0);
  let count = <i32>positionHeldBefore(until);
  let exact = positionHeldBefore(position);
  if (state == STATE_PLAYING) {
    const fade = min((fadeSamples / unitSamples) * unitBytes, count - (count % unitBytes));
    exact -= <f64>fade;
    count -= fade;
    fadeLeft = fadeSamples;
    fadeHeld((fade / unitBytes) * unitSamples);
  }
  ringDiscard(count);
  positionRemove(count);
  flushed += <f64>count;
  flushUntil = max<f64>(flushUntil, until);
  drySamples = (codecRate / 1000) * UTTERANCE_GAP_MS;
  state = ringHeld() > 0 ? STATE_BUFFERING : STATE_IDLE;
  waitedSamples = 0;
  return max<f64>(exact, 0) + pending;
}

/** Counter by number; the order of `statNames` in lib/core/playback-stream.ts. */
export function playbackStat(index: i32): f64 {
  switch (index) {
    case 0:
      return received;
    case 1:
      return played;
    case 2:
      return dropped;
    case 3:
      return flushed;
    case 4:
      return <f64>ringHeld();
    case 5:
      return max<f64>(flushUntil - received, 0);
    case 6:
      return underruns;
    case 7:
      return <f64>state;
    case 8:
      return (<f64>ringHeld() * 1000.0) / <f64>bytesPerSecond;
    case 9:
      return (heardSamples * 1000.0) / <f64>codecRate;
    case 10:
      return (silentSamples * 1000.0) / <f64>codecRate;
    default:
      return 0;
  }
}

/** Writes `samples` (whole units, at most CHUNK_SAMPLES) of audio or silence to SAMPLES. */
function renderChunk(samples: i32): void {
  let done = 0;
  if (state == STATE_BUFFERING) {
    const startBytes = (bytesPerSecond * START_MS) / 1000;
    if (fadeLeft == 0 && (ringHeld() >= startBytes || waitedSamples >= (codecRate * START_MS) / 1000)) startPlaying();
    waitedSamples += samples;
  }
  if (state == STATE_PLAYING) {
    done = decodeHeld(samples);
    if (done < samples) {
      underruns += 1;
      state = STATE_IDLE;
      drySamples = 0;
      fadeLeft = fadeSamples;
    }
  }
  for (; done < samples; done++) {
    store<f32>(PLAYBACK_SAMPLES + ((<usize>done) << 2), fadeNext(lastSample));
    silentSamples += 1;
    if (drySamples < codecRate) drySamples++;
  }
}

function startPlaying(): void {
  state = STATE_PLAYING;
  if (drySamples >= (codecRate / 1000) * UTTERANCE_GAP_MS) heardSamples = 0;
}

/** Decodes up to `samples` of what is held to SAMPLES; returns how many. */
function decodeHeld(samples: i32): i32 {
  const units = min(samples / unitSamples, ringHeld() / unitBytes);
  if (units == 0) return 0;
  const bytes = ringRead(PLAYBACK_BYTES, units * unitBytes);
  positionRemove(bytes);
  played += <f64>bytes;
  const count = codecDecode(codec, PLAYBACK_BYTES, bytes, PLAYBACK_PCM);
  heardSamples += <f64>count;
  for (let i = 0; i < count; i++) {
    store<f32>(PLAYBACK_SAMPLES + ((<usize>i) << 2), <f32>load<i16>(PLAYBACK_PCM + ((<usize>i) << 1)));
  }
  lastSample = load<f32>(PLAYBACK_SAMPLES + ((<usize>(count - 1)) << 2));
  return count;
}

/** Plays the next `samples` of what is held under the fade, straight into the resampler. */
function fadeHeld(samples: i32): void {
  const count = samples > 0 ? decodeHeld(samples) : 0;
  const last = lastSample;
  for (let i = 0; i < count; i++) {
    const address = PLAYBACK_SAMPLES + ((<usize>i) << 2);
    store<f32>(address, fadeNext(load<f32>(address)));
  }
  lastSample = last;
  resamplerPush(1, PLAYBACK_SAMPLES, count);
}

function fadeNext(value: f32): f32 {
  if (fadeLeft == 0) return 0;
  return (value * <f32>--fadeLeft) / <f32>fadeSamples;
}
