import { BlockCodec } from "../../core/index.ts";
import { createSignals } from "../sound.ts";

/** µ-law remembers nothing: one codec serves all calls of a process. */
let shared: BlockCodec | undefined;

function codec(): BlockCodec {
  shared ??= new BlockCodec(createSignals(), { codec: "PCMU", sampleRate: 8000 });
  return shared;
}

/** Whole samples of L16, little-endian, to ITU-T G.711 µ-law. */
export function encodePcmu(l16: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(l16.buffer, l16.byteOffset, l16.byteLength);
  return codec().encode(Int16Array.from({ length: l16.byteLength >> 1 }, (_, at) => view.getInt16(at * 2, true)));
}

export function decodePcmu(pcmu: Uint8Array): Uint8Array<ArrayBuffer> {
  const samples = codec().decode(pcmu);
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, at) => {
    view.setInt16(at * 2, sample, true);
  });
  return bytes;
}
