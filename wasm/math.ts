/** Small f64 functions where NativeMath would bring kilobytes of argument reduction. */

/** sin(πx), absolute error below 1e-11; exactly 0 at integers. */
export function sinPi(x: f64): f64 {
  const whole = nearest<f64>(x);
  const t = (x - whole) * 3.141592653589793;
  const q = t * t;
  let sum: f64 = -1.0 / 1307674368000.0;
  sum = sum * q + 1.0 / 6227020800.0;
  sum = sum * q - 1.0 / 39916800.0;
  sum = sum * q + 1.0 / 362880.0;
  sum = sum * q - 1.0 / 5040.0;
  sum = sum * q + 1.0 / 120.0;
  sum = sum * q - 1.0 / 6.0;
  const sine = t + t * q * sum;
  return <i64>whole & 1 ? -sine : sine;
}

/** cos(πx), absolute error below 1e-11. */
export function cosPi(x: f64): f64 {
  return sinPi(x + 0.5);
}
