import { execFileSync } from "node:child_process";

/** Voices of espeak-ng: two men and two women, different pitch and pace. */
const VOICES = [
  ["en-us+m3", "38", "150"],
  ["en-gb+f2", "55", "165"],
  ["de+m7", "30", "140"],
  ["en-us+f4", "65", "175"],
] as const;

/** Most that a tool may print. */
const MAX_BYTES = 1 << 26;

const TEXT = `The birch canoe slid on the smooth planks, and the small pup gnawed a hole in the sock. Glue the sheet to the dark
blue background. Four hours of steady work faced us. Rice is often served in round bowls; a large size in stockings is hard
to sell. Please hold the line, seven of our people are busy, your call will be answered in about eleven minutes.`;

/** Speech made by espeak-ng and sox at a sample rate, int16 scale, one array a voice; undefined where these are missing. */
export function spoken(sampleRate: number): Int16Array[] | undefined {
  try {
    return VOICES.map(([voice, pitch, pace]) => {
      const wav = execFileSync("espeak-ng", ["-v", voice, "-p", pitch, "-s", pace, "--stdout", TEXT], {
        maxBuffer: MAX_BYTES,
      });
      // The header says an unknown length, so the samples are taken as they are; a little noise keeps pauses from being empty.
      const raw = execFileSync(
        "sox",
        [
          "-V1",
          "-t",
          "wav",
          "--ignore-length",
          "-",
          "-r",
          `${sampleRate}`,
          "-c",
          "1",
          "-b",
          "16",
          "-e",
          "signed",
          "-t",
          "raw",
          "-",
        ],
        { input: wav, maxBuffer: MAX_BYTES },
      );
      return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + (raw.length & ~1)));
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
