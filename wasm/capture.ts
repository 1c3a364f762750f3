import { codecEncode, codecReset, codecUnitBytes, codecUnitSamples } from "./codecs/codec";
import { levelFeed, levelReset } from "./level";
import { BLOCK_SAMPLES, INPUT, OUTPUT } from "./memory";
import { resamplerOpen, resamplerPull, resamplerPush } from "./resampler";
import { ringOpen, ringRead, ringRoom, ringWrite } from "./ring";

/**
 * The microphone side of a call: mono device-rate samples in, encoded frames of equal length out. One thread; nothing allocates.
 *
 *   INPUT (f32 ±1) → level → resampler 0 → mute → i16 with saturation → FRAME → encode → ring (whole frames) → OUTPUT
 *
 * Muting fades to zero over 5 ms and keeps the cadence. The level is the microphone's, muted or not.
 */

/** 60 ms at 48 kHz. */
const FRAME_SAMPLES: i32 = 2880;
const CHUNK_SAMPLES: i32 = 512;
export const CAPTURE_SAMPLES: usize = memory.data(512 * 4 + 2 * 64, 64) + 64;
export const CAPTURE_FRAME: usize = memory.data(2880 * 2 + 2 * 64, 64) + 64;
export const CAPTURE_BYTES: usize = memory.data(2880 * 2 + 2 * 64, 64) + 64;

const FADE_MS: i32 = 5;
/** Frames nobody takes are kept up to 1 s; later ones are refused and counted. */
const KEPT_FRAMES_MS: i32 = 1000;

let codec: i32 = 0;
let frameSamples: i32 = 0;
let frameBytes: i32 = 0;
let filled: i32 = 0;
let muted: bool = false;
let gain: f32 = 1;
let gainStep: f32 = 0;
let encodedFrames: f64 = 0;
let droppedFrames: f64 = 0;

/** Returns the bytes of a frame, or −1 for a codec, rate or frame length that is not supported. */
export function captureOpen(codecId: i32, rate: i32, deviceRate: i32, frameMs: i32): i32 {
  const unitBytes = codecUnitBytes(codecId, rate);
  if (unitBytes < 0 || frameMs < 1 || resamplerOpen(0, deviceRate, rate) < 0) return -1;
  const samples = (rate * frameMs) / 1000;
  if (samples > FRAME_SAMPLES) return -1;
  codec = codecId;
  frameSamples = samples;
  frameBytes = (samples / codecUnitSamples(codecId)) * unitBytes;
  filled = 0;
  gain = muted ? 0 : 1;
  gainStep = <f32>1000.0 / <f32>(rate * FADE_MS);
  encodedFrames = droppedFrames = 0;
  codecReset(codecId);
  levelReset();
  ringOpen(max(KEPT_FRAMES_MS / frameMs, 1) * frameBytes);
  return frameBytes;
}

export function captureMute(on: bool): void {
  muted = on;
}

/** Takes `samples` f32 at INPUT, at most BLOCK_SAMPLES; values beyond ±1 saturate, NaN is silence. */
export function capturePush(samples: i32): void {
  const total = frameSamples > 0 ? min(max(samples, 0), BLOCK_SAMPLES) : 0;
  levelFeed(INPUT, total);
  let done = 0;
  while (done < total) {
    done += resamplerPush(0, INPUT + ((<usize>done) << 2), min(total - done, CHUNK_SAMPLES));
    for (;;) {
      const count = resamplerPull(0, CAPTURE_SAMPLES, CHUNK_SAMPLES);
      if (count == 0) break;
      appendSamples(count);
    }
  }
}

/** Moves the next whole frame to OUTPUT; returns its bytes, 0 when there is none. */
export function captureTake(): i32 {
  return ringRead(OUTPUT, frameBytes);
}

/** 0: frames encoded, 1: frames refused because nobody took the earlier ones. */
export function captureStat(index: i32): f64 {
  return index == 0 ? encodedFrames : index == 1 ? droppedFrames : 0;
}

function appendSamples(count: i32): void {
  const target: f32 = muted ? 0 : 1;
  for (let i = 0; i < count; i++) {
    if (gain != target) gain = muted ? max<f32>(gain - gainStep, 0) : min<f32>(gain + gainStep, 1);
    const value = nearest<f32>(load<f32>(CAPTURE_SAMPLES + ((<usize>i) << 2)) * gain * 32768);
    const sample = value >= 32767 ? 32767 : value > -32768 ? <i32>value : value <= -32768 ? -32768 : 0;
    store<i16>(CAPTURE_FRAME + ((<usize>filled) << 1), <i16>sample);
    if (++filled == frameSamples) encodeFrame();
  }
}

function encodeFrame(): void {
  filled = 0;
  const bytes = codecEncode(codec, CAPTURE_FRAME, frameSamples, CAPTURE_BYTES);
  if (ringRoom() >= bytes) {
    ringWrite(CAPTURE_BYTES, bytes);
    encodedFrames += 1;
  } else {
    droppedFrames += 1;
  }
}
