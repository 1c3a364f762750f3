// Which audio is quiet: the end of an utterance, or a pause. Raw bytes have no other silence marker.

/** −60 dBFS: always quiet. */
const SURE_RMS: f64 = 33.0;
/** −45 dBFS: never quiet above. */
const NEVER_RMS: f64 = 184.0;
/** Between: 30 dB below the talker. */
const SHARE: f64 = 0.0316;
/** Rise per piece towards a louder talker, and fall per piece (of 20 ms: 20 s). */
const RISE: f64 = 0.2;
const FALL: f64 = 0.999;

let talker: f64 = 0.0;

export function openLoudness(): void {
  talker = 0.0;
}

/** Looks at `samples` i16 (about 20 ms) in the order of arrival. */
export function isQuietPiece(source: usize, samples: i32): bool {
  let sum: f64 = 0.0;
  for (let i = 0; i < samples; i++) {
    const value = <f64>load<i16>(source + ((<usize>i) << 1));
    sum += value * value;
  }
  const rms = samples > 0 ? sqrt(sum / <f64>samples) : 0.0;
  talker = rms > talker ? talker + (rms - talker) * RISE : talker * FALL;
  return rms < min(NEVER_RMS, max(SURE_RMS, talker * SHARE));
}
