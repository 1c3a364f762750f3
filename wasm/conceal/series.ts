// Elementary functions for gains and windows: small code, about 1e-9 relative.

import { cosPi, sinPi } from "../math";

const LN2: f64 = 0.6931471805599453;

/** e to the x, |x| < 700. */
export function exp(x: f64): f64 {
  const k = nearest(x / LN2);
  const r = x - k * LN2;
  let sum: f64 = 1 + r * (1.0 / 8);
  sum = 1 + r * (1.0 / 7) * sum;
  sum = 1 + r * (1.0 / 6) * sum;
  sum = 1 + r * (1.0 / 5) * sum;
  sum = 1 + r * (1.0 / 4) * sum;
  sum = 1 + r * (1.0 / 3) * sum;
  sum = 1 + r * (1.0 / 2) * sum;
  sum = 1 + r * sum;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** Natural logarithm of a normal positive number. */
export function log(x: f64): f64 {
  // Mantissa in √½…√2, so that the series is short.
  const bits = reinterpret<i64>(x) - 0x3fe6a09e667f3bcd;
  const exponent = bits >> 52;
  const mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const s = (mantissa - 1) / (mantissa + 1);
  const q = s * s;
  const sum = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9))));
  return 2 * s * sum + <f64>exponent * LN2;
}

// A point that turns on the unit circle: one user at a time.
let turnCos: f64 = 1;
let turnSin: f64 = 0;
let stepCos: f64 = 1;
let stepSin: f64 = 0;

/** Sets the rotor to `angle` and lets it advance by `step`, both in half turns (π). */
export function rotorStart(angle: f64, step: f64): void {
  turnCos = cosPi(angle);
  turnSin = sinPi(angle);
  stepCos = cosPi(step);
  stepSin = sinPi(step);
}

/** The cosine of the rotor's angle; then it advances. */
export function rotorNext(): f64 {
  const c = turnCos;
  turnCos = c * stepCos - turnSin * stepSin;
  turnSin = turnSin * stepCos + c * stepSin;
  return c;
}

/** Starts a rising raised cosine of n steps (Hann's half window); its values by rampNext. */
export function rampStart(n: i32): void {
  const step = 1.0 / n;
  rotorStart(0.5 * step, step);
}

export function rampNext(): f64 {
  return 0.5 - 0.5 * rotorNext();
}
