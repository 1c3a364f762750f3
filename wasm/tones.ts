import { sinPi } from "./math";
import { BLOCK_SAMPLES, OUTPUT } from "./memory";

/**
 * Tone generator: the sixteen DTMF digits (ITU-T Q.23), call progress tones (the North American plan of ITU-T E.180 Supplement 2) and
 * plain sines. Up to two components and an on/off cadence; every edge is a 4 ms ramp. f32 on the ±1 scale.
 */
const TONE_DTMF_LAST: i32 = 15;
const TONE_DIAL: i32 = 16;
const TONE_RINGBACK: i32 = 17;
const TONE_BUSY: i32 = 18;
const TONE_REORDER: i32 = 19;

const EDGE_MS: f64 = 4;

let rate: f64 = 8000;
/** Half turns per sample, and where each component is, in half turns. */
let stepLow: f64 = 0;
let stepHigh: f64 = 0;
let phaseLow: f64 = 0;
let phaseHigh: f64 = 0;
let amplitude: f64 = 0;
let onSamples: f64 = 0;
let periodSamples: f64 = 0;
let elapsed: f64 = 0;
let leftSamples: f64 = 0;
let envelope: f64 = 0;

/** Silence at this sample rate. */
export function toneOpen(sampleRate: i32): void {
  rate = <f64>sampleRate;
  leftSamples = envelope = 0;
}

/**
 * Starts tone `kind` (0–15: the digits 1 2 3 A 4 5 6 B 7 8 9 C * 0 # D; 16 dial, 17 ringback, 18 busy, 19 reorder), each component at
 * `level` (1 = full scale), for `durationMs`. Returns 0, or −1 for an unknown tone.
 */
export function toneStart(kind: i32, level: f64, durationMs: f64): i32 {
  if (kind < 0 || kind > TONE_REORDER) return -1;
  if (kind <= TONE_DTMF_LAST) {
    setPair(dtmfLow(kind >> 2), dtmfHigh(kind & 3), level, durationMs);
    return 0;
  }
  if (kind == TONE_DIAL) setPair(350, 440, level, durationMs);
  else if (kind == TONE_RINGBACK) setPair(440, 480, level, durationMs);
  else setPair(480, 620, level, durationMs);
  if (kind == TONE_RINGBACK) setCadence(2000, 6000);
  if (kind == TONE_BUSY) setCadence(500, 1000);
  if (kind == TONE_REORDER) setCadence(250, 500);
  return 0;
}

/** Starts one sine, or two when `secondHz` is not 0. */
export function toneSine(hz: f64, secondHz: f64, level: f64, durationMs: f64): void {
  setPair(hz, secondHz, level, durationMs);
}

/** Ends the tone with its ramp. */
export function toneStop(): void {
  leftSamples = 0;
}

/** Whether anything is still to be heard. */
export function toneActive(): bool {
  return leftSamples > 0 || envelope > 0;
}

/** Writes `frames` samples (at most BLOCK_SAMPLES) to OUTPUT, silence when no tone is on; returns how many. */
export function tonePull(frames: i32): i32 {
  const total = min(max(frames, 0), BLOCK_SAMPLES);
  const edge = 1000.0 / (rate * EDGE_MS);
  for (let i = 0; i < total; i++) {
    let value: f64 = 0;
    const on = leftSamples > 0 && elapsed < onSamples;
    envelope = on ? min<f64>(envelope + edge, 1) : max<f64>(envelope - edge, 0);
    if (envelope > 0) {
      value = sinPi(phaseLow);
      if (stepHigh > 0) value += sinPi(phaseHigh);
      value *= amplitude * envelope;
    }
    phaseLow = wrap(phaseLow + stepLow);
    phaseHigh = wrap(phaseHigh + stepHigh);
    if (++elapsed >= periodSamples) elapsed = 0;
    if (leftSamples > 0) leftSamples -= 1;
    store<f32>(OUTPUT + ((<usize>i) << 2), <f32>value);
  }
  return total;
}

function setPair(low: f64, high: f64, level: f64, durationMs: f64): void {
  stepLow = (2.0 * low) / rate;
  stepHigh = (2.0 * high) / rate;
  phaseLow = phaseHigh = 0;
  amplitude = level;
  leftSamples = nearest<f64>((durationMs * rate) / 1000.0);
  elapsed = envelope = 0;
  onSamples = periodSamples = f64.MAX_VALUE;
}

function setCadence(onMs: f64, periodMs: f64): void {
  onSamples = nearest<f64>((onMs * rate) / 1000.0);
  periodSamples = nearest<f64>((periodMs * rate) / 1000.0);
}

function wrap(halfTurns: f64): f64 {
  return halfTurns >= 2.0 ? halfTurns - 2.0 : halfTurns;
}

function dtmfLow(row: i32): f64 {
  return row == 0 ? 697 : row == 1 ? 770 : row == 2 ? 852 : 941;
}

function dtmfHigh(column: i32): f64 {
  return column == 0 ? 1209 : column == 1 ? 1336 : column == 2 ? 1477 : 1633;
}
