import { BlockCodec, Mixer, mixerSlots, PlaybackStream } from "../../../lib/core/index.ts";
import { seededGaussian } from "../../unit/wasm/support/random.ts";
import { processorUs } from "./measure.ts";
import { freshCore, freshSignals } from "./stage.ts";

export interface ConferenceResult {
  readonly streams: number;
  readonly seconds: number;
  /** Processor time over time of sound, in percent of one core: 32 × G.722 in, jitter buffers, 32 mixes out. */
  readonly percentOfCore: number;
  readonly playbackPercent: number;
  readonly mixerPercent: number;
  /** Not part of the sum above: encoding the 32 mixes as G.722 again. */
  readonly encodePercent: number;
  readonly concealedPercent: number;
}

const sampleRate = 16000;
const packetMs = 20;
const packetBytes = (8000 * packetMs) / 1000;
const frameSamples = (sampleRate * packetMs) / 1000;

/**
 * A conference of 32 in one thread: everybody's G.722 arrives with network jitter, goes through a playback instance each, and everybody hears
 * the others. Simulated time, real processing.
 */
export function measureConference(speech: Int16Array, seconds: number): ConferenceResult {
  const format = { codec: "G722", sampleRate } as const;
  const gaussian = seededGaussian(32);
  const members = Array.from({ length: mixerSlots }, (_, slot) => {
    const shift = slot * 11 * frameSamples;
    const own = Int16Array.from(speech, (_value, at) => speech[(at + shift) % speech.length]! >> 1);
    const coded = new BlockCodec(freshSignals(), format).encode(own);
    const due = Array.from({ length: Math.floor(coded.length / packetBytes) }, (_, packet) => packet * packetMs);
    let last = 0;
    const arrivals = due.map((at) => {
      last = Math.max(last, at + 50 + Math.abs(gaussian()) * 12);
      return last;
    });
    const stream = new PlaybackStream(freshCore(), { format, deviceRate: sampleRate });
    return { coded, arrivals, stream, encoder: new BlockCodec(freshSignals(), format), next: 0 };
  });
  const mixer = new Mixer(freshSignals(), { sampleRate, frameSamples });
  const slots = members.map(() => mixer.join());
  const heard = members.map(() => new Float32Array(frameSamples));
  const mixes = members.map(() => new Int16Array(frameSamples));
  const spent = { playback: 0, mixer: 0, encode: 0 };

  const packets = Math.min(members[0]?.arrivals.length ?? 0, (seconds * 1000) / packetMs);
  const warmUp = Math.min(100, packets >> 2);
  for (let turn = 0; turn < packets; turn++) {
    const nowMs = turn * packetMs;
    const start = processorUs();
    members.forEach((member, slot) => {
      for (; (member.arrivals[member.next] ?? Infinity) <= nowMs; member.next++) {
        const at = member.next * packetBytes;
        member.stream.push(member.coded.subarray(at, at + packetBytes), member.arrivals[member.next]!);
      }
      member.stream.pull(heard[slot]!, nowMs);
    });
    const played = processorUs();
    slots.forEach((slot, index) => {
      mixer.write(slot, heard[index]!);
    });
    mixer.mix();
    slots.forEach((slot, index) => {
      mixer.read(slot, mixes[index]!);
    });
    const mixed = processorUs();
    members.forEach((member, index) => {
      member.encoder.encode(mixes[index]!);
    });
    const encoded = processorUs();
    if (turn < warmUp) continue;
    spent.playback += played - start;
    spent.mixer += mixed - played;
    spent.encode += encoded - mixed;
  }

  const soundMs = (packets - warmUp) * packetMs;
  const percent = (us: number) => us / soundMs / 10;
  const concealed = members.reduce((sum, member) => sum + member.stream.stats().concealedSamples, 0);
  return {
    streams: mixerSlots,
    seconds: soundMs / 1000,
    percentOfCore: percent(spent.playback + spent.mixer),
    playbackPercent: percent(spent.playback),
    mixerPercent: percent(spent.mixer),
    encodePercent: percent(spent.encode),
    concealedPercent: (concealed / (packets * frameSamples * mixerSlots)) * 100,
  };
}
