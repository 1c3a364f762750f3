import { limiterRun } from "../../../../wasm/limiter";

export * from "../../../../wasm/agc";

const scratch = memory.data(1 << 16, 16);

export function scratchPtr(): usize {
  return scratch;
}

export function limit(at: usize, n: i32, gain: f32, stepSamples: i32): f32 {
  return limiterRun(at, n, gain, stepSamples);
}
