import { joinBytes } from "./join-bytes.ts";

export interface SoundDifference {
  readonly expectedBytes: number;
  readonly actualBytes: number;
  /** Of their common length, the first that is not the same; undefined where that could not be told, or all are. */
  readonly firstByte?: number;
}

export interface RecordedSound {
  readonly bytes: number;
  readonly frame: Uint8Array | undefined;
}

/** Sound as it was recorded, with its bytes where they were, and as it came. Undefined: no difference beyond the tolerance. */
export function compareSound(
  recorded: readonly RecordedSound[],
  actual: readonly Uint8Array[],
  toleranceBytes: number,
): SoundDifference | undefined {
  const expectedBytes = recorded.reduce((sum, { bytes }) => sum + bytes, 0);
  const actualBytes = actual.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const frames = recorded.flatMap(({ frame }) => (frame ? [frame] : []));
  const firstByte =
    frames.length === recorded.length ? firstDifference(joinBytes(frames), joinBytes(actual)) : undefined;
  if (firstByte === undefined && Math.abs(actualBytes - expectedBytes) <= toleranceBytes) return undefined;
  return { expectedBytes, actualBytes, ...(firstByte !== undefined && { firstByte }) };
}

function firstDifference(one: Uint8Array, other: Uint8Array): number | undefined {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return at;
  return undefined;
}
