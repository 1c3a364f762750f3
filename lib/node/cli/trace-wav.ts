import { findCodec } from "../../protocol/index.ts";
import { type Trace, traceFrames } from "../../session/index.ts";
import { callFormat } from "../call-format.ts";
import { SoundDecoder } from "../sound.ts";
import { TimedTrack } from "../timed-track.ts";
import { encodeWav } from "../wav.ts";

const maxAheadMs = 900_000;

/** The sound of a trace as a WAV file, what was sent on the left and what came on the right; undefined where it is not in the trace. */
export function traceWav(trace: Trace): Uint8Array | undefined {
  const codec = findCodec(agreedCodec(trace) ?? "");
  if (!codec || !trace.header.audio) return undefined;
  const format = callFormat(codec);
  const inSamples = (ms: number): number => Math.round((ms * format.sampleRate) / 1000);
  const side = () => ({
    track: new TimedTrack({ toleranceSamples: inSamples(200), maxAheadSamples: inSamples(maxAheadMs) }),
    decoder: new SoundDecoder(format),
  });
  const sides = { sent: side(), received: side() };
  let found = false;
  for (const record of trace.records) {
    if (record.type !== "frames") continue;
    const { track, decoder } = sides[record.way];
    for (const [index, bytes] of (traceFrames(record) ?? []).entries()) {
      track.push(decoder.decode(bytes), inSamples(record.t + record.at[index]!));
      found = true;
    }
  }
  if (!found) return undefined;
  const length = Math.max(sides.sent.track.end, sides.received.track.end);
  const [left, right] = [sides.sent.track.take(length), sides.received.track.take(length)];
  const both = new Int16Array(length * 2);
  for (let i = 0; i < length; i++) {
    both[i * 2] = left[i]!;
    both[i * 2 + 1] = right[i]!;
  }
  return encodeWav({ sampleRate: format.sampleRate, channels: 2 }, both);
}

/** The codec in the first `session.updated`. */
function agreedCodec({ records }: Trace): string | undefined {
  for (const record of records) {
    if (record.type !== "text" || !record.text.includes("session.updated")) continue;
    try {
      const { event, data } = JSON.parse(record.text) as { event?: string; data?: { audio_codec?: { id?: string } } };
      if (event === "session.updated") return data?.audio_codec?.id;
    } catch {
      // cut off: another one may say it
    }
  }
  return undefined;
}
