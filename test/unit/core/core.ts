import {
  type Core,
  coreBytes,
  instantiateCore,
  instantiateSignals,
  type Signals,
  signalsBytes,
} from "../../../lib/core/index.ts";

let coreModule: WebAssembly.Module | undefined;
let signalsModule: WebAssembly.Module | undefined;

/** A fresh instance of the built core; the bytes are compiled once. */
export function freshCore(): Core {
  coreModule ??= new WebAssembly.Module(coreBytes());
  return instantiateCore(coreModule);
}

/** A fresh instance of the built signal tools, likewise. */
export function freshSignals(): Signals {
  signalsModule ??= new WebAssembly.Module(signalsBytes());
  return instantiateSignals(signalsModule);
}

/** A sine of `seconds`, ±1 scale unless told. */
export function sine(hz: number, rate: number, seconds: number, amplitude = 0.5): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate),
  );
}

/** Amplitude of one frequency in a signal, by correlation under a Blackman–Harris window. */
export function amplitudeAt(signal: Float32Array, hz: number, rate: number): number {
  let re = 0;
  let im = 0;
  let weight = 0;
  for (let i = 0; i < signal.length; i++) {
    const t = (2 * Math.PI * (i + 0.5)) / signal.length;
    const window = 0.35875 - 0.48829 * Math.cos(t) + 0.14128 * Math.cos(2 * t) - 0.01168 * Math.cos(3 * t);
    const angle = (2 * Math.PI * hz * i) / rate;
    re += window * signal[i]! * Math.cos(angle);
    im += window * signal[i]! * Math.sin(angle);
    weight += window;
  }
  return (2 * Math.hypot(re, im)) / weight;
}
