// Mixer: up to 32 inputs, and for each slot the sum of the others it hears: all of them (N−1), or those that a mask names.
// f32 on the int16 scale. The sum is never divided by the number of talkers; a limiter per output keeps it in range. Nothing is
// allocated.
//
//   inputs and outputs, each
//   | guard 64 | slot 0: 960 f32 | guard 64 | slot 1 | guard 64 | … | slot 31 | guard 64 |
//
//   per slot: 0 wanted gain   4 gain reached   8 limiter gain   12 mean square of the last input (f32)
//             16 mask of those it shall hear   20 of those it heard in the last frame (i32)   24, 28 unused
import { gainGlide } from "./gain";
import { limiterRun, limiterStep } from "./limiter";

export const MIXER_SLOTS: i32 = 32;
/** 20 ms at 48 kHz. */
export const MIXER_MAX_FRAME: i32 = 960;
const GUARD: usize = 64;
const STRIDE: usize = 960 * 4 + 64;
const inputs: usize = memory.data((960 * 4 + 64) * 32 + 64, 64) + GUARD;
const outputs: usize = memory.data((960 * 4 + 64) * 32 + 64, 64) + GUARD;
const total: usize = memory.data(960 * 4 + 2 * 64, 64) + GUARD;
const before: usize = memory.data(960 * 4 + 2 * 64, 64) + GUARD;
const slots: usize = memory.data(32 * 32, 16);

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

function stateOf(slot: i32): usize {
  return slots + ((<usize>(slot & 31)) << 5);
}

/** Gain 1, level 0, limiter at rest, silence in both buffers, hears everyone: for a slot that changes hands. */
export function mixerReset(slot: i32): void {
  v128.store(stateOf(slot), f32x4(1, 1, 1, 0));
  v128.store(stateOf(slot), i32x4(-1, -1, 0, 0), 16);
  memory.fill(mixerInputPtr(slot), 0, 960 * 4);
  memory.fill(mixerOutputPtr(slot), 0, 960 * 4);
}

/** Where the frame of a slot is written before mixerRun. */
export function mixerInputPtr(slot: i32): usize {
  return inputs + <usize>(slot & 31) * STRIDE;
}

/** Where the mix for a slot is read after mixerRun. */
export function mixerOutputPtr(slot: i32): usize {
  return outputs + <usize>(slot & 31) * STRIDE;
}

/** Bit i of `mask`: the slot hears slot i (never itself). Reached by a cross-fade over the next frame. −1, everyone, after a reset. */
export function mixerSetHears(slot: i32, mask: i32): void {
  store<i32>(stateOf(slot), mask, 16);
}

/** A factor of 0…8 for an input, reached by a ramp over its next frame. */
export function mixerSetGain(slot: i32, gain: f32): void {
  store<f32>(stateOf(slot), gain > 0 ? min<f32>(gain, 8) : 0);
}

/** Root mean square of the last frame of an input, after its gain, on the int16 scale; 0 when it did not talk. */
export function mixerLevel(slot: i32): f32 {
  return sqrt<f32>(load<f32>(stateOf(slot), 12));
}

/**
 * Mixes one frame. Bit i of `talkers`: slot i holds a frame to be heard by the others; bit i of `listeners`: slot i wants a mix. NaN in
 * an input counts as silence. Outputs of other slots are left alone. Inputs have their gain applied in place.
 */
export function mixerRun(talkers: i32, listeners: i32): void {
  const bytes = (<usize>frame) << 2;
  memory.fill(total, 0, bytes);
  for (let slot = 0; slot < MIXER_SLOTS; slot++) {
    const state = stateOf(slot);
    if (((talkers >>> slot) & 1) == 0) {
      store<f32>(state, 0, 12);
      continue;
    }
    const buffer = mixerInputPtr(slot);
    const gain = load<f32>(state);
    store<f32>(state, gainGlide(buffer, frame, load<f32>(state, 4), gain), 12);
    store<f32>(state, gain, 4);
    add(total, buffer, bytes);
  }
  for (let slot = 0; slot < MIXER_SLOTS; slot++) {
    if (((listeners >>> slot) & 1) == 0) continue;
    const state = stateOf(slot);
    const output = mixerOutputPtr(slot);
    const others = talkers & ~(1 << slot);
    const hears = load<i32>(state, 16) & others;
    const heard = load<i32>(state, 20) & others;
    store<i32>(state, load<i32>(state, 16), 20);
    sumOf(output, hears, slot, talkers, bytes);
    if (hears != heard) {
      sumOf(before, heard, slot, talkers, bytes);
      crossFade(output, before, bytes);
    }
    store<f32>(state, limiterRun(output, frame, load<f32>(state, 8), step), 8);
  }
}

function add(target: usize, source: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)));
  }
}

/** The sum of the slots in `mask`, which has no bit but those of talkers other than `slot`. */
function sumOf(target: usize, mask: i32, slot: i32, talkers: i32, bytes: usize): void {
  if (mask != (talkers & ~(1 << slot))) {
    memory.fill(target, 0, bytes);
    while (mask) {
      add(target, mixerInputPtr(ctz(mask)), bytes);
      mask &= mask - 1;
    }
  } else if ((talkers >>> slot) & 1) {
    const own = mixerInputPtr(slot);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(target + at, f32x4.sub(v128.load(total + at), v128.load(own + at)));
    }
  } else memory.copy(target, total, bytes);
}

/** From `from` to what is in `target`, over the whole frame. */
function crossFade(target: usize, from: usize, bytes: usize): void {
  const share: f32 = 1 / <f32>frame;
  let ramp = f32x4.mul(f32x4(1, 2, 3, 4), f32x4.splat(share));
  const rise = f32x4.splat(4 * share);
  for (let at: usize = 0; at < bytes; at += 16) {
    const old = v128.load(from + at);
    v128.store(target + at, f32x4.add(old, f32x4.mul(f32x4.sub(v128.load(target + at), old), ramp)));
    ramp = f32x4.add(ramp, rise);
  }
}
