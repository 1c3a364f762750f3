import { setSink } from "./speaker.ts";

export interface RingOptions {
  /** `MediaDeviceInfo.deviceId`; "" is the system's default. One that is not there, or cannot be chosen, is the default. */
  readonly speaker?: string;
  /** 0 to 1. */
  readonly volume?: number;
}

/** `starting`: not known yet whether the browser lets it sound. `blocked`: not before the person has clicked, or pressed a key, on the page. */
export type RingtoneState = "silent" | "starting" | "ringing" | "blocked";

/** Beginning of each stroke, seconds, and its pitch, hertz. */
const strokes = [
  [0, 784],
  [0.18, 988],
  [0.36, 1175],
  [0.9, 784],
  [1.08, 988],
  [1.26, 1175],
] as const;
/** Partials of a stroke: multiple of the pitch, amplitude, decay in seconds. */
const partials = [
  [1, 0.2, 0.32],
  [2.01, 0.07, 0.2],
  [3.9, 0.03, 0.08],
] as const;
const LOOP_SECONDS = 3.2;
const ATTACK_SECONDS = 0.004;
/** A browser that lets sound through has begun by then. */
const PATIENCE_MS = 400;

/**
 * A ringtone of our own, over and over, on a context of its own: so that it can ring on another loudspeaker than calls are heard on. It sounds from
 * the audio thread alone. Page, main thread; begins by itself at the next click or key where the browser held it back.
 */
export class Ringtone {
  readonly #changed: () => void;
  #state: RingtoneState = "silent";
  #context: AudioContext | undefined;
  #stop: AbortController | undefined;

  /** @param changed runs after `state` changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): RingtoneState {
    return this.#state;
  }

  /** Does nothing where it rings already, or the browser has no sound. */
  start({ speaker = "", volume = 1 }: RingOptions = {}): void {
    if (this.#stop || typeof AudioContext !== "function") return;
    const context = new AudioContext();
    const stop = new AbortController();
    this.#context = context;
    this.#stop = stop;
    const source = new AudioBufferSourceNode(context, { buffer: ringBuffer(context.sampleRate), loop: true });
    source.connect(new GainNode(context, { gain: volume })).connect(context.destination);
    if (speaker !== "") void setSink(context, speaker).catch(() => {}); // it rings, if elsewhere
    this.#to("starting");
    const look = (): void => {
      if (context.state === "running") this.#to("ringing");
    };
    const resume = (): void => {
      if (context.state !== "running") context.resume().catch(() => {});
    };
    const timer = setTimeout(() => context.state !== "running" && this.#to("blocked"), PATIENCE_MS);
    const { signal } = stop;
    signal.addEventListener("abort", () => clearTimeout(timer));
    context.addEventListener("statechange", look, { signal });
    for (const type of ["pointerup", "keydown", "pageshow"]) {
      addEventListener(type, resume, { capture: true, passive: true, signal });
    }
    source.start();
    resume();
    look();
  }

  /** From a click: where the browser held it back. */
  resume(): void {
    this.#context?.resume().catch(() => {});
  }

  /** Idempotent. */
  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    const context = this.#context;
    this.#context = undefined;
    if (context && context.state !== "closed") context.close().catch(() => {});
    this.#to("silent");
  }

  #to(state: RingtoneState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changed();
  }
}

/** One loop: two times three rising strokes of a bell, and a pause. Mono, ±1, below −6 dB. */
export function ringSamples(sampleRate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(LOOP_SECONDS * sampleRate));
  for (const [startSeconds, hz] of strokes) {
    const first = Math.round(startSeconds * sampleRate);
    for (let index = first; index < samples.length; index++) {
      const seconds = (index - first) / sampleRate;
      const attack = Math.min(1, seconds / ATTACK_SECONDS);
      let sample = 0;
      for (const [multiple, amplitude, decaySeconds] of partials) {
        sample += amplitude * Math.exp(-seconds / decaySeconds) * Math.sin(2 * Math.PI * hz * multiple * seconds);
      }
      samples[index] = samples[index]! + attack * sample;
    }
  }
  return samples;
}

function ringBuffer(sampleRate: number): AudioBuffer {
  const samples = ringSamples(sampleRate);
  const buffer = new AudioBuffer({ length: samples.length, sampleRate });
  buffer.copyToChannel(samples, 0);
  return buffer;
}
