// Mixer: up to 32 inputs, and for each slot the sum of the others (N−1). f32 on the int16 scale. The sum is never divided
// by the number of talkers; a limiter per output keeps it in range. Nothing is allocated.
//
//   slot buffer: holds the input before mixerRun, the output after it
//   | guard 64 | slot 0: 960 f32 | guard 64 | slot 1 | guard 64 | … | slot 31 | guard 64 |
//
//   per slot (f32): 0 wanted gain   4 gain reached   8 limiter gain   12 mean square of the last input
import { gainGlide } from "./gain";
import { limiterRun, limiterStep } from "./limiter";

export const MIXER_SLOTS: i32 = 32;
/** 20 ms at 48 kHz. */
export const MIXER_MAX_FRAME: i32 = 960;
const GUARD: usize = 64;
const STRIDE: usize = 960 * 4 + 64;
const buffers: usize = memory.data((960 * 4 + 64) * 32 + 64, 64) + GUARD;
const total: usize = memory.data(960 * 4 + 2 * 64, 64) + GUARD;
const slots: usize = memory.data(32 * 16, 16);

let frame: i32 = 0;
let step: i32 = 8;

/** Opens for frames of `frameSamples` (a multiple of 4, at most 960). Returns 0, or −1 when the frame does not fit. */
export function mixerOpen(sampleRate: i32, frameSamples: i32): i32 {
  if (frameSamples < 4 || frameSamples > MIXER_MAX_FRAME || (frameSamples & 3) != 0 || sampleRate < 1000) return -1;
  frame = frameSamples;
  step = limiterStep(sampleRate);
  for (let slot = 0; slot < MIXER_SLOTS; slot++) mixerReset(slot);
  return 0;
}

/** Gain 1, level 0, limiter at rest, silence in the buffer: for a slot that changes hands. */
export function mixerReset(slot: i32): void {
  slot &= 31;
  v128.store(slots + ((<usize>slot) << 4), f32x4(1, 1, 1, 0));
  memory.fill(mixerInputPtr(slot), 0, 960 * 4);
}

/** Where the frame of a slot is written before mixerRun. */
export function mixerInputPtr(slot: i32): usize {
  return buffers + <usize>(slot & 31) * STRIDE;
}

/** Where the mix for a slot is read after mixerRun: the same place, so the input is gone by then. */
export function mixerOutputPtr(slot: i32): usize {
  return mixerInputPtr(slot);
}

/** A factor of 0…8 for an input, reached by a ramp over its next frame. */
export function mixerSetGain(slot: i32, gain: f32): void {
  store<f32>(slots + ((<usize>(slot & 31)) << 4), gain > 0 ? min<f32>(gain, 8) : 0);
}

/** Root mean square of the last frame of an input, after its gain, on the int16 scale; 0 when it did not talk. */
export function mixerLevel(slot: i32): f32 {
  return sqrt<f32>(load<f32>(slots + ((<usize>(slot & 31)) << 4), 12));
}

/**
 * Mixes one frame. Bit i of `talkers`: slot i holds a frame to be heard by the others; bit i of `listeners`: slot i wants a mix. NaN in
 * an input counts as silence. A slot that listens but does not talk hears everyone; a slot that does neither is left alone.
 */
export function mixerRun(talkers: i32, listeners: i32): void {
  const bytes = (<usize>frame) << 2;
  memory.fill(total, 0, bytes);
  for (let slot = 0; slot < MIXER_SLOTS; slot++) {
    const state = slots + ((<usize>slot) << 4);
    if (((talkers >>> slot) & 1) == 0) {
      store<f32>(state, 0, 12);
      continue;
    }
    const buffer = mixerInputPtr(slot);
    const gain = load<f32>(state);
    store<f32>(state, gainGlide(buffer, frame, load<f32>(state, 4), gain), 12);
    store<f32>(state, gain, 4);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(total + at, f32x4.add(v128.load(total + at), v128.load(buffer + at)));
    }
  }
  for (let slot = 0; slot < MIXER_SLOTS; slot++) {
    if (((listeners >>> slot) & 1) == 0) continue;
    const state = slots + ((<usize>slot) << 4);
    const buffer = mixerInputPtr(slot);
    if ((talkers >>> slot) & 1) {
      for (let at: usize = 0; at < bytes; at += 16) {
        v128.store(buffer + at, f32x4.sub(v128.load(total + at), v128.load(buffer + at)));
      }
    } else memory.copy(buffer, total, bytes);
    store<f32>(state, limiterRun(buffer, frame, load<f32>(state, 8), step), 8);
  }
}
