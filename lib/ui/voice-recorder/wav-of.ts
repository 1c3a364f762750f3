const sampleRate = 48_000;
const headerBytes = 44;

/** The sound of a recording as a WAV file: 16 bit, mono, 48 kHz. Rejects where the browser cannot decode it. */
export async function wavOf(recording: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const sound = await context.decodeAudioData(await recording.arrayBuffer());
  return new Blob([wavBytes(sound.getChannelData(0), sound.sampleRate)], { type: "audio/wav" });
}

/** RIFF WAVE, format 1 (integer PCM), one channel, 16 bit. */
export function wavBytes(samples: Float32Array, rate: number): ArrayBuffer {
  const bytes = new ArrayBuffer(headerBytes + samples.length * 2);
  const view = new DataView(bytes);
  const text = (at: number, word: string) => {
    for (let index = 0; index < word.length; index++) view.setUint8(at + index, word.charCodeAt(index));
  };
  text(0, "RIFF");
  view.setUint32(4, bytes.byteLength - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // of what follows
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a frame
  view.setUint16(34, 16, true); // bits a sample
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  for (const [index, sample] of samples.entries()) {
    view.setInt16(headerBytes + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff), true);
  }
  return bytes;
}
