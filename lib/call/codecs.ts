import type { AudioFormat } from "../core/index.ts";
import { type Codec, codecId, findCodec } from "../protocol/index.ts";
import { VoiceError } from "./voice-error.ts";

/** Codecs a call can offer. The number is the rate of the sound in samples per second; G.722 and G.711 have one each. */
export type CodecPreference = "L16/8000" | "L16/16000" | "L16/24000" | "PCMU" | "PCMA" | "G722";

const formats: Readonly<Record<CodecPreference, AudioFormat>> = {
  "L16/8000": { codec: "L16", sampleRate: 8000 },
  "L16/16000": { codec: "L16", sampleRate: 16_000 },
  "L16/24000": { codec: "L16", sampleRate: 24_000 },
  G722: { codec: "G722", sampleRate: 16_000 },
  PCMU: { codec: "PCMU", sampleRate: 8000 },
  PCMA: { codec: "PCMA", sampleRate: 8000 },
};

/** Deployed applications take the first offer, and L16 at 8 kHz is what all of them speak. */
export const defaultCodecs = Object.keys(formats) as readonly CodecPreference[];

/** What `session.initialize` offers for these preferences. Throws `VoiceError` `codec-unknown`. */
export function offerCodecs(preferences: readonly string[]): Codec[] {
  return [preferences].flat().map((preference) => {
    const format = Object.hasOwn(formats, preference) ? formats[preference as CodecPreference] : undefined;
    const codec = format && findCodec(codecId(format.codec, format.sampleRate));
    if (codec) return codec;
    const action = `Choose from ${defaultCodecs.join(", ")}.`;
    throw new VoiceError("codec-unknown", `There is no codec "${preference}".`, action, true);
  });
}

/** The audio format of a codec that was offered. */
export function formatOf(codec: Codec): AudioFormat {
  const format = Object.values(formats).find(({ codec: name, sampleRate }) => codecId(name, sampleRate) === codec.id);
  if (format) return format;
  throw new VoiceError(
    "codec-unknown",
    `The other side chose ${codec.id}, which cannot be played here.`,
    "Call again.",
    true,
  );
}
