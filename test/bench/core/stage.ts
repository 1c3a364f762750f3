import { coreBytes, instantiateCore, instantiateSignals, signalsBytes } from "../../../lib/core/index.ts";

/** One stage of the core beside what plain JavaScript does in its place. */
export interface Stage {
  readonly name: string;
  /** What the JavaScript does, where it is not the same computation. */
  readonly plainIs: string;
  /** Length of sound that one call handles. */
  readonly callMs: number;
  wasm(): void;
  plain(): void;
}

export interface StageRow {
  readonly stage: string;
  /** Microseconds per 10 ms of sound. */
  readonly wasmUs: number;
  readonly plainUs: number;
  /** Above 1: wasm is so many times faster. */
  readonly ratio: number;
  /** The 99th percentile of a call, which handles `callMs` of sound. */
  readonly wasmP99Us: number;
  readonly callMs: number;
  readonly plainIs: string;
}

let coreModule: WebAssembly.Module | undefined;
let signalsModule: WebAssembly.Module | undefined;

export function freshCore() {
  coreModule ??= new WebAssembly.Module(coreBytes());
  return instantiateCore(coreModule);
}

export function freshSignals() {
  signalsModule ??= new WebAssembly.Module(signalsBytes());
  return instantiateSignals(signalsModule);
}

/** Goes round a long signal in steps of n samples. */
export function framesOf<T extends Float32Array | Int16Array | Uint8Array>(signal: T, length: number): () => T {
  let at = 0;
  return () => {
    if (at + length > signal.length) at = 0;
    at += length;
    return signal.subarray(at - length, at) as T;
  };
}

/** A bench compares like with like: throws where the two do not agree. */
export function mustAgree(what: string, agrees: boolean): void {
  if (!agrees) throw new Error(`${what}: the core and the JavaScript beside it disagree; the comparison would be void`);
}
