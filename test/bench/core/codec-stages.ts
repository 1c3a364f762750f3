import { BlockCodec, type CodecName } from "../../../lib/core/index.ts";
import { PlainG711 } from "./plain/g711.ts";
import { PlainG722 } from "./plain/g722.ts";
import { framesOf, freshSignals, mustAgree, type Stage } from "./stage.ts";

const ids: Readonly<Record<CodecName, number>> = { L16: 0, PCMU: 1, PCMA: 2, G722: 3 };
const equal = (left: ArrayLike<number>, right: ArrayLike<number>) =>
  left.length === right.length && Array.from(left).every((value, index) => value === right[index]);

interface Plain {
  encode(samples: Int16Array, out: Uint8Array): void;
  decode(bytes: Uint8Array, out: Int16Array): void;
}

/** L16 as JavaScript does it: through a DataView, whatever the byte order of the machine. */
const plainL16: Plain = {
  encode(samples, out) {
    const view = new DataView(out.buffer, out.byteOffset);
    for (let at = 0; at < samples.length; at++) view.setInt16(at * 2, samples[at]!, true);
  },
  decode(bytes, out) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at < bytes.length >> 1; at++) out[at] = view.getInt16(at * 2, true);
  },
};

function plainCodec(codec: CodecName, sampleRate: number): { readonly plain: Plain; readonly plainIs: string } {
  if (codec === "L16") return { plain: plainL16, plainIs: "DataView" };
  if (codec === "G722") {
    const encoder = new PlainG722();
    const decoder = new PlainG722();
    const plain: Plain = {
      encode: (samples, out) => encoder.encode(samples, out),
      decode: (bytes, out) => decoder.decode(bytes, out),
    };
    return { plain, plainIs: "the same, bit for bit" };
  }
  const law = new BlockCodec(freshSignals(), { codec, sampleRate });
  const decoded = law.decode(Uint8Array.from({ length: 256 }, (_, code) => code));
  return { plain: new PlainG711(decoded, (samples) => law.encode(samples)), plainIs: "tables" };
}

/** Encode and decode of every codec, 10 ms a call, the copies over the boundary included. */
export function codecStages(speechAt: (sampleRate: number) => Int16Array): Stage[] {
  const formats = [
    ["L16", 16000],
    ["L16", 48000],
    ["PCMU", 8000],
    ["PCMA", 8000],
    ["G722", 16000],
  ] as const;
  return formats.flatMap(([codec, sampleRate]) => {
    const speech = speechAt(sampleRate);
    const samples = sampleRate / 100;
    const coded = new BlockCodec(freshSignals(), { codec, sampleRate }).encode(speech);
    const bytes = (coded.length / speech.length) * samples;
    const { plain, plainIs } = plainCodec(codec, sampleRate);

    const codedAgain = new Uint8Array(coded.length);
    plain.encode(speech, codedAgain);
    const decodedAgain = new Int16Array(speech.length);
    plain.decode(coded, decodedAgain);
    const decoded = new BlockCodec(freshSignals(), { codec, sampleRate }).decode(coded);
    mustAgree(codec, equal(coded, codedAgain) && equal(decoded, decodedAgain));

    const signals = freshSignals();
    const inputSamples = new Int16Array(signals.inputBytes.buffer, signals.inputBytes.byteOffset, samples);
    const frames = { wasm: framesOf(speech, samples), plain: framesOf(speech, samples) };
    const packets = { wasm: framesOf(coded, bytes), plain: framesOf(coded, bytes) };
    const bytesOut = new Uint8Array(bytes);
    const samplesOut = new Int16Array(samples);
    const outputBytes = signals.outputBytes.subarray(0, bytes);
    const outputSamples = new Int16Array(signals.outputBytes.buffer, signals.outputBytes.byteOffset, samples);
    const name = `${codec} ${sampleRate / 1000} kHz`;
    return [
      {
        name: `${name} encode`,
        plainIs,
        callMs: 10,
        wasm() {
          inputSamples.set(frames.wasm());
          signals.exports.blockEncode(ids[codec], sampleRate, samples);
          bytesOut.set(outputBytes);
        },
        plain: () => plain.encode(frames.plain(), bytesOut),
      },
      {
        name: `${name} decode`,
        plainIs,
        callMs: 10,
        wasm() {
          signals.inputBytes.set(packets.wasm());
          signals.exports.blockDecode(ids[codec], sampleRate, bytes);
          samplesOut.set(outputSamples);
        },
        plain: () => plain.decode(packets.plain(), samplesOut),
      },
    ];
  });
}
