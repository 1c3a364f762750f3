// Comfort noise: the quietest packets heard lately, as a shaped noise that fills what a faded concealment leaves empty.

import { lpcAnalyse, lpcResidual, lpcSynthesise } from "./lpc";
import { noiseNext } from "./noise";
import { rms } from "./span";

const ORDER = 8;
/** Louder packets (-50 dBFS) are never taken for background noise. */
const CEILING_RMS: f64 = 100;
/** Digital silence is not the floor of a line that has noise: from here the floor can rise again. */
const LOWEST_RMS: f64 = 1;
/** Rise of the floor per 20 ms packet (about 8 dB/s), so that it follows a growing noise. */
const RISE: f64 = 0.02;
const PACKET_MS: f64 = 20;
/** Shorter packets say too little. */
const MIN_MS: i32 = 5;

const taps = memory.data(ORDER * 4, 16);
const newest = memory.data(ORDER * 4, 16);
/** Residual of 20 ms at 48 kHz. */
const residual = memory.data(960 * 4, 16);

let floorRms: f64 = CEILING_RMS;
let gain: f64 = 0;
let known = false;

export function comfortReset(): void {
  floorRms = CEILING_RMS;
  known = false;
  memory.fill(newest, 0, ORDER * 4);
}

/** Shows the n samples (at most 20 ms) of a received packet. */
export function comfortObserve(x: usize, n: i32, rate: i32): void {
  const perMs = rate / 1000;
  if (n < MIN_MS * perMs) return;
  floorRms = Math.min(CEILING_RMS, Math.max(LOWEST_RMS, floorRms) * (1 + (RISE * n) / (PACKET_MS * perMs)));
  const level = rms(x, n);
  if (level >= floorRms) return;
  floorRms = level;
  known = true;
  lpcAnalyse(x, n, ORDER, rate, taps);
  lpcResidual(x + ORDER * 4, n - ORDER, taps, ORDER, residual);
  gain = rms(residual, n - ORDER);
}

/** Writes n samples at full level; false, and nothing written, when no background is known. Room as for sideExtend. */
export function comfortExtend(out: usize, n: i32): bool {
  if (!known) return false;
  memory.copy(out - ORDER * 4, newest, ORDER * 4);
  for (let i = 0; i < n; i++) store<f32>(out + ((<usize>i) << 2), <f32>(noiseNext() * gain));
  lpcSynthesise(out, n, taps, ORDER);
  memory.copy(newest, out + ((<usize>n) << 2) - ORDER * 4, ORDER * 4);
  return true;
}
