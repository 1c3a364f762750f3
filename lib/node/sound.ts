/// <reference lib="dom" />
// WebAssembly is typed there only.
import {
  type AudioFormat,
  BlockCodec,
  CaptureStream,
  type Core,
  coreBytes,
  instantiateCore,
  instantiateSignals,
  type Signals,
  signalsBytes,
} from "../core/index.ts";
import type { CallFormat } from "./call-format.ts";

/** Mono sound, 16 bit. */
export interface Sound {
  readonly samples: Int16Array;
  readonly sampleRate: number;
}

let coreModule: WebAssembly.Module | undefined;
let signalsModule: WebAssembly.Module | undefined;

/** A core of its own: it carries one stream. Compiled once per process. */
export function createCore(): Core {
  coreModule ??= new WebAssembly.Module(coreBytes());
  return instantiateCore(coreModule);
}

/** Signal tools of its own, one of each. Compiled once per process. */
export function createSignals(): Signals {
  signalsModule ??= new WebAssembly.Module(signalsBytes());
  return instantiateSignals(signalsModule);
}

/** The codec of a call as the core names it. */
export function audioFormat({ name, sampleRate }: Pick<CallFormat, "name" | "sampleRate">): AudioFormat {
  return { codec: name as AudioFormat["codec"], sampleRate };
}

/** Encoded frames of one stream to samples; remembers what its codec remembers. */
export class SoundDecoder {
  readonly #codec: BlockCodec | undefined;
  /** The first half of a sample of L16 that was cut in two. */
  #half: number | undefined;

  constructor(format: Pick<CallFormat, "name" | "sampleRate">) {
    this.#codec = format.name === "L16" ? undefined : new BlockCodec(createSignals(), audioFormat(format));
  }

  /** A sample of L16 that is cut between two pieces is whole in the second. */
  decode(bytes: Uint8Array): Int16Array {
    if (this.#codec) return this.#codec.decode(bytes);
    const whole = this.#half === undefined ? bytes : Uint8Array.of(this.#half, ...bytes);
    const samples = new Int16Array(whole.byteLength >> 1);
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(at * 2, true);
    this.#half = whole.byteLength & 1 ? whole[whole.byteLength - 1] : undefined;
    return samples;
  }
}

const chunkMs = 20;
const encoded = new WeakMap<Sound, Map<string, Uint8Array>>();

/** Sound in the format of a call, resampled where it must be, in whole 20 ms frames. Made once per sound and format; do not write to it. */
export function encodeSound(sound: Sound, format: Pick<CallFormat, "id" | "name" | "sampleRate">): Uint8Array {
  const known = encoded.get(sound) ?? new Map<string, Uint8Array>();
  encoded.set(sound, known);
  const bytes = known.get(format.id) ?? encode(sound, format);
  known.set(format.id, bytes);
  return bytes;
}

function encode({ samples, sampleRate }: Sound, format: Pick<CallFormat, "name" | "sampleRate">): Uint8Array {
  const stream = new CaptureStream(createCore(), {
    format: audioFormat(format),
    deviceRate: sampleRate,
    frameMs: chunkMs,
  });
  const chunk = new Float32Array((sampleRate * chunkMs) / 1000);
  const frames: Uint8Array[] = [];
  const wanted = Math.ceil(samples.length / chunk.length);
  // What comes out late by the resampler's delay is pushed out by silence.
  for (let at = 0; frames.length < wanted; at += chunk.length) {
    for (let i = 0; i < chunk.length; i++) chunk[i] = (samples[at + i] ?? 0) / 32768;
    stream.push(chunk);
    for (let frame = stream.take(); frame && frames.length < wanted; frame = stream.take()) frames.push(frame.slice());
  }
  const bytes = new Uint8Array(frames.length * stream.frameBytes);
  frames.forEach((frame, index) => {
    bytes.set(frame, index * stream.frameBytes);
  });
  return bytes;
}
