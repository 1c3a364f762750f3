// Elementary functions for a handful of calls per packet: small code, about 1e-13 relative.

const LN2: f64 = 0.6931471805599453;

/** e to the x, |x| < 700. */
export function exp(x: f64): f64 {
  const k = nearest(x / LN2);
  const r = x - k * LN2;
  let sum: f64 = 1;
  for (let i = 12; i > 0; i--) sum = 1 + (sum * r) / i;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** Natural logarithm of a normal positive number. */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  const mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const s = (mantissa - 1) / (mantissa + 1);
  const ss = s * s;
  let sum: f64 = 0;
  for (let i = 25; i > 0; i -= 2) sum = sum * ss + 1.0 / i;
  return 2 * s * sum + <f64>((bits >> 52) - 1023) * LN2;
}

// A point that turns on the unit circle: one user at a time.
let turnCos: f64 = 1;
let turnSin: f64 = 0;
let stepCos: f64 = 1;
let stepSin: f64 = 0;

/** Starts the rotor half a step after angle 0 and lets it advance by `step` (|step| < 0.3 rad). */
export function rotorStart(step: f64): void {
  rotorTurn(step * 0.5);
  turnCos = stepCos;
  turnSin = stepSin;
  rotorTurn(step);
}

/** Starts the rotor at angle 0. */
export function rotorStartAtZero(step: f64): void {
  turnCos = 1;
  turnSin = 0;
  rotorTurn(step);
}

function rotorTurn(angle: f64): void {
  const q = angle * angle;
  stepSin = angle * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - q / 72))));
  stepCos = 1 - (q / 2) * (1 - (q / 12) * (1 - (q / 30) * (1 - (q / 56) * (1 - q / 90))));
}

/** The cosine of the rotor's angle; then it advances. */
export function rotorNext(): f64 {
  const c = turnCos;
  turnCos = c * stepCos - turnSin * stepSin;
  turnSin = turnSin * stepCos + c * stepSin;
  return c;
}
