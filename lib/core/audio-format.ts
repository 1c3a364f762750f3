import { CoreError } from "./core-error.ts";
import type { BlockExports } from "./wasm-instance.ts";

export type CodecName = "L16" | "PCMU" | "PCMA" | "G722";

/** `sampleRate` counts audio samples: L16 at 8,000, 16,000, 24,000 or 48,000; PCMU and PCMA at 8,000; G722 at 16,000. */
export interface AudioFormat {
  readonly codec: CodecName;
  readonly sampleRate: number;
}

/** The numbers of wasm/codecs/codec.ts. */
const codecIds: Readonly<Record<CodecName, number>> = { L16: 0, PCMU: 1, PCMA: 2, G722: 3 };

export function codecId(codec: CodecName): number {
  return codecIds[codec] ?? -1;
}

/** Bytes of one second, and samples in the smallest whole part. */
export function formatUnit(
  exports: BlockExports,
  format: AudioFormat,
): { readonly bytes: number; readonly samples: number } {
  const bytes = exports.codecUnitBytes(codecId(format.codec), format.sampleRate);
  if (bytes < 0) throw unsupportedFormat(format);
  return { bytes, samples: format.codec === "G722" ? 2 : 1 };
}

export function unsupportedFormat(format: AudioFormat, detail = ""): CoreError {
  const supported = "L16 at 8000, 16000, 24000 or 48000; PCMU and PCMA at 8000; G722 at 16000";
  return new CoreError(
    "core-format",
    `${format.codec} at ${format.sampleRate} Hz${detail} is not supported (${supported}).`,
  );
}
