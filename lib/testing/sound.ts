import type { Sound } from "../node/sound.ts";
import { seededRandom } from "./random.ts";

export type { Sound };

/** Of `toneSound` and `noiseSound`. `sampleRate` in hertz, default 16,000. */
export interface ToneOptions {
  readonly sampleRate?: number;
  /** Of full scale, 0 to 1. Default 0.5. */
  readonly amplitude?: number;
}

/** One sine. */
export function toneSound(frequencyHz: number, durationMs: number, options: ToneOptions = {}): Sound {
  const { sampleRate = 16_000, amplitude = 0.5 } = options;
  const step = (2 * Math.PI * frequencyHz) / sampleRate;
  const samples = new Int16Array(Math.round((durationMs * sampleRate) / 1000)).map((_, index) =>
    Math.round(32767 * amplitude * Math.sin(step * index)),
  );
  return { samples, sampleRate };
}

/** White noise, the same from the same seed: every piece of it can be told from every other. */
export function noiseSound(durationMs: number, options: ToneOptions & { readonly seed?: number } = {}): Sound {
  const { sampleRate = 16_000, amplitude = 0.1, seed = 1 } = options;
  const random = seededRandom(seed);
  const samples = new Int16Array(Math.round((durationMs * sampleRate) / 1000)).map(() =>
    Math.round(32767 * amplitude * (2 * random() - 1)),
  );
  return { samples, sampleRate };
}

/** How loud one frequency is, decibels of a full-scale sine (Hann window, Goertzel). To ask "did it hear the tone?". */
export function toneDb({ samples, sampleRate }: Sound, frequencyHz: number): number {
  const step = (2 * Math.PI * frequencyHz) / sampleRate;
  let real = 0;
  let imaginary = 0;
  let weight = 0;
  samples.forEach((sample, index) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / samples.length);
    real += sample * window * Math.cos(step * index);
    imaginary += sample * window * Math.sin(step * index);
    weight += window;
  });
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / (weight * 32768) + 1e-9);
}

/** A file is not a WAV file of 16-bit PCM. `action` says how to make it one. */
export class SoundFileError extends Error {
  override readonly name = "SoundFileError";
  readonly code = "sound-file";
  readonly fatal = true;
  readonly action = "Give it a WAV file of 16-bit PCM: `ffmpeg -i in.mp3 -c:a pcm_s16le out.wav`.";
}

/** A WAV file of 16-bit PCM; several channels are averaged. Throws `SoundFileError`. */
export function readWav(file: Uint8Array | ArrayBuffer): Sound {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== "RIFF" || name(8) !== "WAVE") throw new SoundFileError("This is not a WAV file.");
  let format: { readonly channels: number; readonly sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const body = at + 8;
    // A recorder that was killed leaves a length of 0 or of all ones.
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - body);
    if (name(at) === "fmt " && size >= 16) {
      const pcm = [1, 0xfffe].includes(view.getUint16(body, true)) && view.getUint16(body + 14, true) === 16;
      const channels = view.getUint16(body + 2, true);
      if (!pcm || channels === 0) throw new SoundFileError("This WAV file is not 16-bit PCM.");
      format = { channels, sampleRate: view.getUint32(body + 4, true) };
    } else if (name(at) === "data" && format) {
      return { samples: mono(view, body, size, format.channels), sampleRate: format.sampleRate };
    }
    at = body + size + (size & 1);
  }
  throw new SoundFileError("This WAV file has no sound in it.");
}

function mono(view: DataView, from: number, size: number, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(size / 2 / channels));
  for (let index = 0; index < samples.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += view.getInt16(from + 2 * (index * channels + channel), true);
    }
    samples[index] = Math.round(sum / channels);
  }
  return samples;
}
