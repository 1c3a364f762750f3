import { readFileSync, writeFileSync } from "node:fs";

export interface Sound {
  readonly sampleRate: number;
  /** Mono, −1 to 1. */
  readonly samples: Float32Array;
}

/** Reads a RIFF/WAVE file of 16-bit PCM; several channels are averaged. */
export function readWav(file: string): Sound {
  const bytes = readFileSync(file);
  if (bytes.toString("latin1", 0, 4) !== "RIFF") throw new Error(`${file} is not a WAV file`);
  let channels = 1;
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const size = Math.min(bytes.readUInt32LE(at + 4), bytes.length - at - 8);
    const body = at + 8;
    if (name === "fmt ") {
      channels = bytes.readUInt16LE(body + 2);
      sampleRate = bytes.readUInt32LE(body + 4);
    } else if (name === "data") {
      const samples = new Float32Array(Math.floor(size / 2 / channels));
      for (let i = 0; i < samples.length; i++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += bytes.readInt16LE(body + (i * channels + c) * 2);
        samples[i] = sum / channels / 32768;
      }
      return { sampleRate, samples };
    }
    at = body + size + (size & 1);
  }
  throw new Error(`${file} has no data chunk`);
}

export function writeWav(file: string, { sampleRate, samples }: Sound): void {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(Math.round(Math.min(1, Math.max(-1, sample)) * 32767), 44 + i * 2);
  });
  writeFileSync(file, bytes);
}
