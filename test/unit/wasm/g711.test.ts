import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../tools.mjs";
import { compileEntry } from "./compile.ts";
import { paintGuards } from "./guards.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  samplesPtr(): number;
  bytesPtr(): number;
  pcmuEncode(source: number, samples: number, target: number): number;
  pcmuDecode(source: number, bytes: number, target: number): number;
  pcmaEncode(source: number, samples: number, target: number): number;
  pcmaDecode(source: number, bytes: number, target: number): number;
}

/**
 * The laws as ITU-T G.711 tabulates them: the decision values x0 … x128 of the positive half (Tables 1a and 2a), as widths of the 128
 * intervals; the value n between xn and xn+1 is decoded to their middle (µ-law: the first to 0). The tables are of 13 and 14 bits: `shift`
 * says how many bits of a 16-bit sample lie below.
 */
interface Law {
  readonly shift: number;
  readonly decisions: readonly number[];
  readonly outputs: readonly number[];
  /** The character signal of interval n of the positive half; the sign is its first bit, 1 for positive. */
  readonly character: (interval: number) => number;
}

function decisionsOf(widths: readonly (readonly [count: number, width: number])[]): number[] {
  const decisions = [0];
  for (const [count, width] of widths) for (let i = 0; i < count; i++) decisions.push(decisions.at(-1)! + width);
  return decisions;
}

function middles(decisions: readonly number[]): number[] {
  return decisions.slice(0, -1).map((value, n) => (value + decisions[n + 1]!) / 2);
}

const segments = (first: number) => Array.from({ length: 7 }, (_, s) => [16, first * 2 ** s] as const);

const aDecisions = decisionsOf([[16, 2], ...segments(2)]);
const aLaw: Law = {
  shift: 3,
  decisions: aDecisions,
  outputs: middles(aDecisions),
  character: (interval) => (0x80 | interval) ^ 0x55,
};

const uDecisions = decisionsOf([[1, 1], [15, 2], ...segments(4)]);
const uLaw: Law = {
  shift: 2,
  decisions: uDecisions,
  outputs: middles(uDecisions).map((value, n) => (n === 0 ? 0 : value)),
  character: (interval) => 0xff - interval,
};

/** A sample below zero is coded as its one's complement with the other sign. Values beyond the last decision take the last interval. */
function encodeByTable({ shift, decisions, character }: Law, sample: number): number {
  const value = (sample < 0 ? -1 - sample : sample) / 2 ** shift;
  let interval = 127;
  while (interval > 0 && Math.floor(value) < decisions[interval]!) interval--;
  return sample < 0 ? character(interval) ^ 0x80 : character(interval);
}

function decodeByTable({ shift, outputs, character }: Law, code: number): number {
  for (let interval = 0; interval < 128; interval++) {
    const value = outputs[interval]! * 2 ** shift;
    if (character(interval) === code) return value;
    if ((character(interval) ^ 0x80) === code) return value === 0 ? 0 : -value;
  }
  throw new Error(`no such character: ${code}`);
}

let wasm: Exports;
let samples: Int16Array;
let bytes: Uint8Array;

beforeAll(async () => {
  wasm = (await compileEntry("g711")).exports as unknown as Exports;
  samples = new Int16Array(wasm.memory.buffer, wasm.samplesPtr(), 65_536);
  bytes = new Uint8Array(wasm.memory.buffer, wasm.bytesPtr(), 65_536);
}, 60_000);

const ffmpeg = findProgram("ffmpeg");

describe.each([
  ["PCMU", uLaw, "mulaw"],
  ["PCMA", aLaw, "alaw"],
] as const)("%s", (name, law, format) => {
  const encode = (count: number) =>
    name === "PCMU"
      ? wasm.pcmuEncode(wasm.samplesPtr(), count, wasm.bytesPtr())
      : wasm.pcmaEncode(wasm.samplesPtr(), count, wasm.bytesPtr());
  const decode = (count: number) =>
    name === "PCMU"
      ? wasm.pcmuDecode(wasm.bytesPtr(), count, wasm.samplesPtr())
      : wasm.pcmaDecode(wasm.bytesPtr(), count, wasm.samplesPtr());

  test("encodes all 65,536 samples as ITU-T G.711 tabulates", () => {
    const intact = paintGuards(wasm.memory, [
      { name: "samples", start: wasm.samplesPtr(), bytes: 131_072 },
      { name: "bytes", start: wasm.bytesPtr(), bytes: 65_536 },
    ]);
    expect(law.decisions).toHaveLength(129);
    for (let i = 0; i < 65_536; i++) samples[i] = i - 32_768;
    expect(encode(65_536)).toBe(65_536);
    const wrong: number[] = [];
    for (let i = 0; i < 65_536; i++) if (bytes[i] !== encodeByTable(law, i - 32_768)) wrong.push(i - 32_768);
    expect(wrong).toEqual([]);
    intact();
  });

  test("decodes every code word as ITU-T G.711 tabulates", () => {
    for (let code = 0; code < 256; code++) bytes[code] = code;
    expect(decode(256)).toBe(256);
    const expected = Array.from({ length: 256 }, (_, code) => decodeByTable(law, code));
    expect([...samples.subarray(0, 256)]).toEqual(expected);
  });

  test("encodes what it decoded to the same code words, but for the second zero of the µ-law", () => {
    for (let code = 0; code < 256; code++) bytes[code] = code;
    decode(256);
    encode(256);
    const changed = Array.from({ length: 256 }, (_, code) => code).filter((code) => bytes[code] !== code);
    expect(changed).toEqual(name === "PCMU" ? [0x7f] : []);
  });

  test.skipIf(!ffmpeg)("decodes every code word as ffmpeg does", () => {
    const codes = new Uint8Array(256).map((_, code) => code);
    const words = ["-v", "error", "-f", format, "-ar", "8000", "-ac", "1", "-i", "-", "-f", "s16le", "-"];
    const { stdout, status } = spawnSync(ffmpeg!, words, { input: codes });
    expect(status).toBe(0);
    bytes.set(codes);
    decode(256);
    const theirs = Array.from({ length: 256 }, (_, code) => stdout.readInt16LE(code * 2));
    expect([...samples.subarray(0, 256)]).toEqual(theirs);
  });
});
