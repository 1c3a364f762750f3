import { Random } from "./random.ts";
import { SAMPLE_RATE } from "./trace.ts";

/** First three formants of a few vowels, Hz. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
  [440, 1020, 2240],
] as const;

const WIDTHS = [60, 90, 140] as const;
/** Noise under the speech, so that every stretch of it is unique and no pause is silent: −40 dBFS. */
const NOISE_RMS = 328;
/** A noisy room, −31 dBFS, and a talker who pauses for breath: noise resembles itself nowhere, and a stretcher finds little to cut. */
const ROOM_NOISE_RMS = 923;
const BREATH_SECONDS = [0.2, 0.5] as const;
const SPEECH_RMS = 3000;

/** Two-pole resonator. */
class Resonator {
  #y1 = 0;
  #y2 = 0;

  next(x: number, hz: number, widthHz: number): number {
    const radius = Math.exp((-Math.PI * widthHz) / SAMPLE_RATE);
    const a1 = 2 * radius * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
    const y = x * (1 - radius) + a1 * this.#y1 - radius * radius * this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

/**
 * Synthetic speech at 16 kHz, int16 scale, for tests that must not depend on an installed voice: syllables of vowels with a gliding
 * pitch of 85–230 Hz and moving formants, fricatives between them, and noise all the time.
 */
export function makeSpeech(seed: number, seconds: number, { noisyRoom = false } = {}): Float32Array {
  const random = new Random(`speech/${seed}`);
  const out = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  const resonators = [new Resonator(), new Resonator(), new Resonator()];
  const hiss = new Resonator();
  const formants: [number, number, number] = [500, 1500, 2500];
  let phase = 0;
  let pitch = 120;
  let voiced = 0;
  let frication = 0;
  let syllable = { end: 0, vowel: VOWELS[0] as readonly [number, number, number], pitch: 120, voiced: 1, frication: 0 };
  for (let i = 0; i < out.length; i++) {
    if (i >= syllable.end) {
      const kind = random.unit();
      const vowel = VOWELS[random.integer(0, VOWELS.length)] ?? VOWELS[0];
      const isBreath = noisyRoom && kind >= 0.85;
      const length = isBreath
        ? random.between(...BREATH_SECONDS)
        : kind < 0.7
          ? random.between(0.09, 0.28)
          : random.between(0.04, 0.12);
      const base = syllable.pitch * (0.97 + 0.06 * random.unit()) + (random.unit() < 0.1 ? random.between(-60, 60) : 0);
      syllable = {
        end: i + Math.round(length * SAMPLE_RATE),
        vowel,
        pitch: Math.min(230, Math.max(85, base)),
        voiced: kind < 0.7 ? random.between(0.5, 1) : 0,
        frication: kind < 0.7 || isBreath ? 0 : kind < 0.9 ? random.between(0.3, 1) : 0,
      };
    }
    pitch += (syllable.pitch - pitch) * 0.0004;
    voiced += (syllable.voiced - voiced) * 0.004;
    frication += (syllable.frication - frication) * 0.006;
    for (let f = 0; f < 3; f++)
      formants[f] = (formants[f] ?? 0) + ((syllable.vowel[f] ?? 0) - (formants[f] ?? 0)) * 0.002;
    phase += (pitch * (1 + 0.004 * random.normal(1))) / SAMPLE_RATE;
    let pulse = 0;
    if (phase >= 1) {
      phase -= 1;
      pulse = 60;
    }
    const noise = random.normal(1);
    let y = 0;
    for (let f = 0; f < 3; f++) {
      const source = pulse * voiced + noise * 0.12 * voiced;
      y += (resonators[f]?.next(source, formants[f] ?? 500, WIDTHS[f] ?? 100) ?? 0) / (1 + f);
    }
    y += hiss.next(noise, 4200, 1200) * frication * 0.6;
    out[i] = y;
  }
  let energy = 0;
  for (const y of out) energy += y * y;
  const gain = SPEECH_RMS / Math.sqrt(energy / Math.max(1, out.length));
  for (let i = 0; i < out.length; i++)
    out[i] = int16(
      Math.max(-30000, Math.min(30000, (out[i] ?? 0) * gain)) + random.normal(noisyRoom ? ROOM_NOISE_RMS : NOISE_RMS),
    );
  return out;
}

const int16 = (value: number): number => Math.max(-32768, Math.min(32767, value));
