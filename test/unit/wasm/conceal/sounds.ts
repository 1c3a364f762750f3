import fc from "fast-check";
import { randomSource } from "./signals.ts";

/** Makes n samples of a sound. */
export type Sound = (n: number) => number[];

const sounds: Record<string, (seed: number) => Sound> = {
  silence: () => (n) => new Array<number>(n).fill(0),
  "the loudest constant": () => (n) => new Array<number>(n).fill(32_767),
  "the lowest constant": () => (n) => new Array<number>(n).fill(-32_768),
  "a full-scale square": (seed) => {
    const half = 1 + (seed % 300);
    return (n) => Array.from({ length: n }, (_, i) => (Math.floor(i / half) % 2 ? 32_767 : -32_768));
  },
  "full-scale noise": (seed) => {
    const random = randomSource(seed);
    return (n) => Array.from({ length: n }, () => Math.round(random() * 32_767));
  },
  "one step of noise": (seed) => {
    const random = randomSource(seed);
    return (n) => Array.from({ length: n }, () => Math.round(random()));
  },
  "an impulse": (seed) => (n) => Array.from({ length: n }, (_, i) => (i === seed % Math.max(1, n) ? -32_768 : 0)),
  "a full-scale sine": (seed) => (n) =>
    Array.from({ length: n }, (_, i) => Math.round(32_767 * Math.sin((i * (seed % 3000)) / 1000))),
  "a growing exponential": (seed) => (n) =>
    Array.from({ length: n }, (_, i) => Math.round(Math.min(32_767, 1.02 ** i) * (seed % 2 ? 1 : -1) ** i)),
  "what is not a number": (seed) => (n) =>
    Array.from({ length: n }, (_, i) => [NaN, Infinity, -Infinity, 1e30, -1e30, 0.5][(seed + i) % 6] as number),
};

export const anySound: fc.Arbitrary<Sound> = fc
  .tuple(fc.constantFrom(...Object.keys(sounds)), fc.nat(1_000_000))
  .map(([name, seed]) => {
    const sound = (sounds[name] as (seed: number) => Sound)(seed);
    return Object.assign(sound, { toString: () => `${name} (${seed})` });
  });
