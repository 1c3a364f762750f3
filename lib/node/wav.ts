import type { Sound } from "./sound.ts";

export const wavHeaderBytes = 44;
/** What the 32-bit sizes of RIFF can name. */
export const maxWavDataBytes = 0xffff_ffff - wavHeaderBytes;

/** Of 16-bit PCM. `sampleRate` in hertz. */
export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
}

/** The header of a RIFF/WAVE file of 16-bit PCM that holds so many bytes of sound. */
export function wavHeader({ sampleRate, channels }: WavFormat, dataBytes: number): Uint8Array {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(wavHeaderBytes - 8 + dataBytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** A whole file of one or more channels, interleaved. */
export function encodeWav(format: WavFormat, samples: Int16Array): Uint8Array {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([wavHeader(format, data.byteLength), data]);
}

/** A file is not a WAV file of PCM. The message says how to make it one. */
export class WavError extends Error {
  override readonly name = "WavError";
  readonly code = "wav-format";
}

const fail = (message: string): never => {
  throw new WavError(`${message} Convert it, for example: ffmpeg -i in.wav -ac 1 -c:a pcm_s16le out.wav`);
};

/** Reads a RIFF/WAVE file of PCM (8 to 32 bit, or 32-bit float); several channels are averaged. Throws `WavError`. */
export function decodeWav(file: Uint8Array): Sound {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE") {
    fail("This is not a WAV file.");
  }
  let format: { channels: number; sampleRate: number; read: (at: number) => number; width: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const body = at + 8;
    const size = Math.min(bytes.readUInt32LE(at + 4), bytes.length - body);
    if (name === "fmt " && size >= 16) format = readFormat(bytes, body, size);
    else if (name === "data" && format) {
      const { channels, sampleRate, read, width } = format;
      const samples = new Int16Array(Math.floor(size / (width * channels)));
      for (let i = 0; i < samples.length; i++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += read(body + (i * channels + channel) * width);
        samples[i] = Math.max(-32768, Math.min(32767, Math.round((sum / channels) * 32768)));
      }
      return { samples, sampleRate };
    }
    at = body + size + (size & 1);
  }
  return fail("This WAV file has no sound in it.");
}

function readFormat(bytes: Buffer, at: number, size: number) {
  const extensible = 0xfffe; // its real tag is the beginning of a GUID
  const tag =
    bytes.readUInt16LE(at) === extensible && size >= 26 ? bytes.readUInt16LE(at + 24) : bytes.readUInt16LE(at);
  const channels = bytes.readUInt16LE(at + 2);
  const sampleRate = bytes.readUInt32LE(at + 4);
  const width = bytes.readUInt16LE(at + 14) >> 3;
  if (channels < 1 || sampleRate < 1) fail("This WAV file has a broken header.");
  const readers: Readonly<Record<string, (at: number) => number>> = {
    "1/1": (place) => (bytes.readUInt8(place) - 128) / 128,
    "1/2": (place) => bytes.readInt16LE(place) / 2 ** 15,
    "1/3": (place) => bytes.readIntLE(place, 3) / 2 ** 23,
    "1/4": (place) => bytes.readInt32LE(place) / 2 ** 31,
    "3/4": (place) => bytes.readFloatLE(place),
  };
  const read = readers[`${tag}/${width}`] ?? fail(`This WAV file has format ${tag} with ${width * 8} bit, not PCM.`);
  return { channels, sampleRate, read, width };
}
