import { MalformedError, ProtocolError } from "./errors.ts";
import { integer, object, type Static, string } from "./shape.ts";

/** An audio format as the catalog spells it. */
export const codec = object({ id: string, name: string, sample_rate: integer, bit_depth: integer, channels: integer });
/** An audio format with all its fields, as sessions agree on it. */
export type Codec = Static<typeof codec>;

/** Codecs of this library, as their identifiers begin: `L16/16000/1`. */
export type CodecName = "L16" | "PCMU" | "PCMA" | "G722";

/**
 * Bits on the wire for one sample, and the sample rates we speak. G.722 carries 16 kHz audio in 64 kbit/s (ITU-T G.722
 * §1).
 */
const families: Readonly<Record<CodecName, { readonly bits: number; readonly rates: readonly number[] }>> = {
  L16: { bits: 16, rates: [8000, 16000, 24000, 48000] },
  PCMU: { bits: 8, rates: [8000] },
  PCMA: { bits: 8, rates: [8000] },
  G722: { bits: 4, rates: [16000] },
};

/** `NAME/RATE/CHANNELS`, as in `L16/16000/1`. */
export const codecId = (name: CodecName, sampleRate: number): string => `${name}/${sampleRate}/1`;

/** The codec an identifier stands for; undefined where it is none of ours. */
export function findCodec(id: string): Codec | undefined {
  const [name = "", rate, ...rest] = `${id}`.split("/");
  const family = Object.hasOwn(families, name) ? families[name as CodecName] : undefined;
  const sampleRate = family?.rates.find((candidate) => `${candidate}` === rate);
  if (!family || !sampleRate || rest.join("/") !== "1") return undefined;
  return { id, name, sample_rate: sampleRate, bit_depth: family.bits, channels: 1 };
}

/** Like `findCodec`, but throws `MalformedError` `protocol-codec`. */
export function parseCodec(id: string): Codec {
  const found = findCodec(id);
  if (found) return found;
  throw new MalformedError(
    "protocol-codec",
    "codec",
    "L16/8000/1, L16/16000/1, L16/24000/1, L16/48000/1, PCMU/8000/1, PCMA/8000/1 or G722/16000/1",
  );
}

/** All five fields agree. */
export const sameCodec = (a: Codec, b: Codec): boolean => codec.encode(a, "codec") === codec.encode(b, "codec");

/**
 * The first of `preferred` (identifiers) that was offered; without preference, the first offered codec that we speak.
 */
export function pickCodec(offered: readonly Codec[], preferred?: readonly string[]): Codec | null {
  const known = offered.filter((offer) => {
    const ours = findCodec(offer.id);
    return ours && sameCodec(ours, offer);
  });
  if (!preferred) return known[0] ?? null;
  for (const id of preferred) {
    const match = known.find((offer) => offer.id === id);
    if (match) return match;
  }
  return null;
}

/** The offered codec that was picked; throws `ProtocolError` `protocol-codec` where it was not offered. */
export function offeredCodec(offered: readonly Codec[], picked: Codec | null): Codec | null {
  if (!picked) return null;
  const found = offered.find((offer) => sameCodec(offer, picked));
  if (found) return found;
  throw new ProtocolError(`The codec ${picked.id} was picked, and not offered.`, { code: "protocol-codec" });
}

/** Bytes on the wire for a second of sound. */
export const codecBytesPerSecond = ({ sample_rate, bit_depth, channels }: Codec): number =>
  (sample_rate * bit_depth * channels) / 8;

/** Bytes of one frame. 20 ms is what the deployed peers send. */
export const codecFrameBytes = (value: Codec, frameMs = 20): number => (codecBytesPerSecond(value) * frameMs) / 1000;
