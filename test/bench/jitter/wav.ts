/** Reads and writes 16-bit mono PCM in a RIFF file. */

export function writeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const file = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const word = (at: number, text: string): void => {
    for (let i = 0; i < 4; i++) file.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, "RIFF");
  file.setUint32(4, file.byteLength - 8, true);
  word(8, "WAVE");
  word(12, "fmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, sampleRate, true);
  file.setUint32(28, 2 * sampleRate, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  word(36, "data");
  file.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.max(-1, Math.min(32767 / 32768, samples[i] ?? 0));
    file.setInt16(44 + 2 * i, Math.round(value * 32768), true);
  }
  return new Uint8Array(file.buffer);
}

/** Samples on the int16 scale. Throws when the file is not 16-bit mono PCM at `sampleRate`. */
export function readWav(bytes: Uint8Array, sampleRate: number): Float32Array {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  for (
    let at = 12;
    at + 8 <= bytes.length;
    at += 8 + file.getUint32(at + 4, true) + (file.getUint32(at + 4, true) & 1)
  ) {
    if (word(at) === "fmt ") {
      const [format, channels, rate, bits] = [
        file.getUint16(at + 8, true),
        file.getUint16(at + 10, true),
        file.getUint32(at + 12, true),
        file.getUint16(at + 22, true),
      ];
      if (format !== 1 || channels !== 1 || bits !== 16 || rate !== sampleRate) {
        throw new RangeError(
          `a 16-bit mono WAV at ${sampleRate} Hz is needed; this has ${channels} channels of ${bits} bits at ${rate} Hz`,
        );
      }
    }
    if (word(at) !== "data") continue;
    const count = Math.min(file.getUint32(at + 4, true), bytes.length - at - 8) >> 1;
    return Float32Array.from({ length: count }, (_, i) => file.getInt16(at + 8 + 2 * i, true));
  }
  throw new RangeError("this is not a WAV file with samples");
}
