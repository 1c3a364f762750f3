import { CoreError } from "./core-error.ts";
import { checkRate, loadSamples, type Samples, storeSamples } from "./samples.ts";
import type { Signals } from "./signals.ts";

export interface MixerOptions {
  readonly sampleRate: number;
  /** A multiple of 4, at most 960. */
  readonly frameSamples: number;
}

export const mixerSlots = 32;

/**
 * Mixes up to 32 participants: each hears the sum of the others, never divided by their number, limited to full scale. Frame by frame:
 * `write` what each says, `mix`, `read` what each hears. One thread; has a Signals to itself or shares it with other tools. Allocates only in
 * its constructor. Throws `core-busy`, `core-format`.
 */
export class Mixer {
  readonly frameSamples: number;
  readonly #signals: Signals;
  readonly #inputs: readonly Float32Array[];
  readonly #outputs: readonly Float32Array[];
  #members = 0;
  #talkers = 0;

  constructor(signals: Signals, { sampleRate, frameSamples }: MixerOptions) {
    checkRate(sampleRate, "mixer", 192_000);
    signals.claim("mixer");
    if (signals.exports.mixerOpen(sampleRate, frameSamples) < 0) {
      throw new CoreError("core-format", `A mixer frame has 4 to 960 samples, a multiple of 4, not ${frameSamples}.`);
    }
    this.#signals = signals;
    this.frameSamples = frameSamples;
    const { memory, mixerInputPtr, mixerOutputPtr } = signals.exports;
    const views = (pointerOf: (slot: number) => number) =>
      Array.from({ length: mixerSlots }, (_, slot) => new Float32Array(memory.buffer, pointerOf(slot), frameSamples));
    this.#inputs = views(mixerInputPtr);
    this.#outputs = views(mixerOutputPtr);
  }

  /** Takes a free slot, or the one that is asked for, at gain 1. −1 when that, or all 32, are taken. */
  join(wanted?: number): number {
    const slot = this.#inputs.findIndex((_, index) => !this.#has(index) && (wanted ?? index) === index);
    if (slot >= 0) {
      this.#members |= 1 << slot;
      this.#signals.exports.mixerReset(slot);
    }
    return slot;
  }

  leave(slot: number): void {
    if (!this.#has(slot)) return;
    this.#members &= ~(1 << slot);
    this.#talkers &= ~(1 << slot);
  }

  /** What a member says in this frame. A member that writes nothing is silent. A short frame is filled up with silence. */
  write(slot: number, samples: Samples): void {
    const buffer = this.#of(this.#inputs, slot);
    const count = Math.min(samples.length, buffer.length);
    loadSamples(buffer, samples, 0, count);
    if (count < buffer.length) buffer.fill(0, count);
    this.#talkers |= 1 << slot;
  }

  mix(): void {
    this.#signals.exports.mixerRun(this.#talkers, this.#members);
    this.#talkers = 0;
  }

  /** What a member hears in this frame: after `mix`. */
  read(slot: number, out: Samples): void {
    const buffer = this.#of(this.#outputs, slot);
    storeSamples(out, buffer, 0, Math.min(out.length, buffer.length));
  }

  /** 0…8, reached over the next frame without a click. */
  setGain(slot: number, gain: number): void {
    this.#of(this.#inputs, slot);
    this.#signals.exports.mixerSetGain(slot, gain);
  }

  /**
   * Whom a member hears: bit i of `mask` stands for slot i, and its own bit for nothing. Everyone, −1, when it joined. Reached over the next frame
   * without a click.
   */
  setHears(slot: number, mask: number): void {
    this.#of(this.#inputs, slot);
    this.#signals.exports.mixerSetHears(slot, mask);
  }

  /** RMS of what a member said in the last frame, after its gain, 0…1 of full scale. */
  level(slot: number): number {
    this.#of(this.#inputs, slot);
    return this.#signals.exports.mixerLevel(slot) / 32768;
  }

  #has(slot: number): boolean {
    return slot >= 0 && slot < mixerSlots && (this.#members & (1 << slot)) !== 0;
  }

  #of(buffers: readonly Float32Array[], slot: number): Float32Array {
    const buffer = this.#has(slot) ? buffers[slot] : undefined;
    if (!buffer) throw new CoreError("core-format", `Mixer slot ${slot} is not taken; use a number that join() gave.`);
    return buffer;
  }
}
