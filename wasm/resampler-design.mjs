// Prints the coefficients of wasm/resampler-kernel.ts: `node wasm/resampler-design.mjs`.
//
// A kernel is a cosine series on its support, h(t) = c0/2 + Σ ck cos(2πkt/T), |t| ≤ T/2, t in samples of the lower rate. Its spectrum at f
// Nyquists is Σ ck (sinc(fT/2 − k) + sinc(fT/2 + k)), so the coefficients below the band edge are 1, those above are 0, and the few between
// are free. Lawson's reweighted least squares makes their worst error, relative to the tolerances below, as small as it can be, while the
// kernel ends at zero: h(T/2) = 0, so that its images die away.
const sinc = (x) => (Math.abs(x) < 1e-12 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const term = (k, f, half) => (k === 0 ? sinc(f * half) : sinc(f * half - k) + sinc(f * half + k));

function grid(half, stop) {
  const points = [];
  const range = (from, to, step, wanted, tolerance) => {
    for (let f = from; f < to; f += step) points.push({ f, wanted, tolerance });
  };
  range(0, 0.8501, 0.1 / half, 1, 0.007);
  range(0.855, 0.9001, 0.05 / half, 1, 0.04);
  range(stop, 3, 0.1 / half, 0, 1e-5);
  range(3, 40, 0.155 / half, 0, 0.6e-5);
  return points;
}

function solve(matrix, right) {
  const n = right.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(matrix[r][i]) > Math.abs(matrix[pivot][i])) pivot = r;
    [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
    [right[i], right[pivot]] = [right[pivot], right[i]];
    for (let r = i + 1; r < n; r++) {
      const factor = matrix[r][i] / matrix[i][i];
      for (let k = i; k < n; k++) matrix[r][k] -= factor * matrix[i][k];
      right[r] -= factor * right[i];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

/** Free coefficients first … first + count − 1. With `mirror`, c(2·half − k) = 1 − ck: a Nyquist kernel, zero at every integer but 0. */
function design({ half, first, count, stop, mirror = false, rounds = 300 }) {
  const points = grid(half, stop);
  const column = (k, f) => term(k, f, half) - (mirror ? term(2 * half - k, f, half) : 0);
  const columns = points.map(({ f }) => Array.from({ length: count }, (_, i) => column(first + i, f)));
  const known = points.map(({ f }) => {
    let sum = 0;
    for (let k = 0; k < first; k++) sum += term(k, f, half);
    if (mirror) for (let k = half; k < half + count + 1; k++) sum += term(k, f, half) * (k === half ? 0.5 : 1);
    return sum;
  });
  const sign = (k) => (k % 2 === 0 ? 1 : -1);
  const ends = Array.from({ length: count }, (_, i) => sign(first + i) * (mirror ? 0 : 1));
  let end = -0.5;
  for (let k = 0; k < first; k++) end -= sign(k) - (k === 0 ? 1 : 0);
  let weights = points.map(() => 1 / points.length);
  let best = { worst: Number.POSITIVE_INFINITY, free: [] };
  for (let round = 0; round < rounds; round++) {
    const matrix = Array.from({ length: count }, () => new Array(count).fill(0));
    const right = new Array(count).fill(0);
    points.forEach(({ wanted, tolerance }, j) => {
      const weight = (weights[j] + 1e-9) / tolerance ** 2;
      for (let a = 0; a < count; a++) {
        right[a] += weight * columns[j][a] * (wanted - known[j]);
        for (let b = 0; b < count; b++) matrix[a][b] += weight * columns[j][a] * columns[j][b];
      }
    });
    for (let a = 0; a < count && !mirror; a++) {
      right[a] += 1e15 * ends[a] * end;
      for (let b = 0; b < count; b++) matrix[a][b] += 1e15 * ends[a] * ends[b];
    }
    const free = solve(matrix, right);
    const errors = points.map(({ wanted, tolerance }, j) => {
      const value = columns[j].reduce((sum, c, a) => sum + c * free[a], known[j]);
      return Math.abs(value - wanted) / tolerance;
    });
    const worst = Math.max(...errors);
    if (worst < best.worst) best = { worst, free: [...free] };
    weights = weights.map((weight, j) => weight * errors[j]);
    const total = weights.reduce((a, b) => a + b);
    weights = weights.map((weight) => weight / total);
  }
  return best;
}

const kernels = {
  SHORT: { half: 20, first: 11, count: 12, stop: 1.1 },
  LONG: { half: 40, first: 30, count: 10, stop: 1 },
  NYQUIST: { half: 40, first: 34, count: 6, stop: 1.1, mirror: true },
};
for (const [name, options] of Object.entries(kernels)) {
  const { worst, free } = design(options);
  console.log(
    `${name}: half ${options.half}, first ${options.first}, worst error ${worst.toFixed(3)} of the tolerance`,
  );
  console.log(`[${free.map((value) => Math.fround(value)).join(", ")}]`);
}
