import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { resample, seededRandom } from "./signal.ts";
import { readWav, type Sound, writeWav } from "./wav.ts";

const folder = resolve(import.meta.dirname, "../../build/speech");

const cached = (key: string, make: (file: string) => void): string => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 16)}.wav`);
  if (!existsSync(file)) make(file);
  return file;
};

/** Speech made by espeak-ng, at its own rate (22,050 Hz). */
export function speech(text: string, { voice = "en-us", wordsPerMinute = 160 } = {}): Sound {
  const words = ["-v", voice, "-s", String(wordsPerMinute), "-w"];
  return readWav(cached(JSON.stringify([text, words]), (file) => execFileSync("espeak-ng", [...words, file, text])));
}

export interface MicrophoneScript {
  readonly text: string;
  readonly voice?: string;
  /** Silence (noise only) before and after the speech, milliseconds. */
  readonly leadMs?: number;
  readonly tailMs?: number;
  /** Level of the noise under everything, decibels of full scale. It makes every 64 ms window unique, so that any silence was made by the software under test. */
  readonly noiseDb?: number;
  readonly seed?: number;
}

/** A 48 kHz mono WAV for Chromium's fake microphone: speech over seeded noise. Returns the file's absolute path. */
export function microphoneFile(script: MicrophoneScript): string {
  return cached(`microphone ${JSON.stringify(script)}`, (file) => {
    const { text, voice = "en-us", leadMs = 300, tailMs = 300, noiseDb = -31, seed = 1 } = script;
    const spoken = text ? resample(speech(text, { voice }), 48_000).samples : new Float32Array(0);
    const lead = Math.round(leadMs * 48);
    const samples = new Float32Array(lead + spoken.length + Math.round(tailMs * 48));
    const random = seededRandom(seed);
    const noise = 10 ** (noiseDb / 20) * Math.sqrt(3);
    samples.set(
      spoken.map((x) => x * 0.5),
      lead,
    );
    for (let i = 0; i < samples.length; i++) samples[i]! += noise * (2 * random() - 1);
    writeWav(file, { sampleRate: 48_000, samples });
  });
}

/** A 48 kHz mono WAV of one sine. */
export function toneFile(frequencyHz: number, seconds: number, amplitude = 0.5): string {
  return cached(`tone ${frequencyHz} ${seconds} ${amplitude}`, (file) => {
    const samples = Float32Array.from(
      { length: seconds * 48_000 },
      (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / 48_000),
    );
    writeWav(file, { sampleRate: 48_000, samples });
  });
}
