import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { fft, resample, seededRandom } from "../../support/signal.ts";
import { speech } from "../../support/speech.ts";
import type { Sound } from "../../support/wav.ts";

/** What the parties speak and hear in. */
export const rate = 8000;
const SECONDS = 3.75;

const texts: Readonly<Record<string, readonly [text: string, voice: string]>> = {
  anna: ["The harbour is quiet tonight, and every lantern along the old stone pier is burning low.", "en-us"],
  ben: ["Seventeen engineers measured how fast a wooden bridge swings in a gale from the west.", "en-gb"],
  cleo: ["Please bring bread, olives, a bottle of vinegar and whatever fruit is ripe this week.", "en-us+f3"],
  dora: ["My grandfather repaired clocks, and he could tell the hour by the smell of the oil.", "en-gb+f4"],
};

/** Speech over noise, always the same for a name, every part of it unlike any other: full scale 1, at `rate`. */
export function voiceOf(name: string): Float32Array {
  const [text, voice] = texts[name] ?? [name, "en-us"];
  const { samples } = resample(speech(text, { voice }), rate);
  const random = seededRandom([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  return Float32Array.from(
    { length: rate * SECONDS },
    (_, i) => 0.25 * (samples[i % samples.length] ?? 0) + 0.09 * (2 * random() - 1),
  );
}

/** One far end of a call: speaks its own sound over and over, and keeps what it hears. */
export class Party {
  readonly name: string;
  readonly session: VoiceSession;
  readonly #heard: Int16Array[] = [];
  #samples = 0;

  constructor(name: string, session: VoiceSession, talks: boolean) {
    this.name = name;
    this.session = session;
    void this.#listen();
    if (talks) void this.#talk();
  }

  /** Samples heard so far: a place to come back to. */
  get now(): number {
    return this.#samples;
  }

  /** What was heard from one place on, at `rate`. */
  heard(from = 0, to = this.#samples): Float32Array {
    const all = new Float32Array(this.#samples);
    let at = 0;
    for (const piece of this.#heard) {
      all.set(
        Float32Array.from(piece, (sample) => sample / 32768),
        at,
      );
      at += piece.length;
    }
    return all.subarray(from, to);
  }

  /** Resolves when no sound of before waits for this process any more. */
  async caughtUp(): Promise<void> {
    for (let [before, fresh] = [0, Number.POSITIVE_INFINITY]; fresh > rate / 2; fresh = this.#samples - before) {
      before = this.#samples;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** Resolves when this many seconds more were heard. */
  async hears(seconds: number): Promise<void> {
    const until = this.#samples + seconds * rate;
    while (this.#samples < until && !this.session.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async #listen(): Promise<void> {
    for await (const samples of this.session.samples()) {
      this.#heard.push(samples.slice());
      this.#samples += samples.length;
    }
  }

  async #talk(): Promise<void> {
    const sound = Int16Array.from(voiceOf(this.name), (sample) => sample * 32767);
    const bytes = new Uint8Array(sound.buffer);
    while (!this.session.signal.aborted) await this.session.output.speak(bytes);
  }
}

/** A server whose callers' `metadata.name` says which party answers them; `silent` ones only listen. */
export async function startParties({ silent = [] }: { readonly silent?: readonly string[] } = {}) {
  const parties = new Map<string, Party>();
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    profiles: ["rtvbp.v1", "rtvbp.webrtc.v1"],
    onCall: (session) => {
      const name = String(session.metadata["name"]);
      parties.set(name, new Party(name, session, !silent.includes(name)));
    },
  });
  await server.ready;
  const party = (name: string): Party => {
    const one = parties.get(name);
    if (!one) throw new Error(`nobody called ${name}`);
    return one;
  };
  return { url: server.url, server, party, close: () => server.close() };
}

/** Edges count more than vowels: it is in them that two voices differ. */
function sharpened(samples: Float32Array): Float32Array {
  return samples.map((sample, i) => sample - 0.9 * (samples[i - 1] ?? 0));
}

/** Of a piece that is looked for, seconds: the usual one, and the longest. */
const [usualPiece, longestPiece] = [0.25, 0.8];

/** A sound made ready to be looked for: its spectrum, and the energy before each place. */
interface Print {
  readonly length: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly energy: Float64Array;
}

const prints = new WeakMap<Float32Array, Print>();

function printOf(spoken: Float32Array): Print {
  const known = prints.get(spoken);
  if (known) return known;
  const length = spoken.length + longestPiece * rate; // said over and over
  const twice = sharpened(Float32Array.from({ length }, (_, i) => spoken[i % spoken.length]!));
  const size = 2 ** Math.ceil(Math.log2(length));
  const [re, im, energy] = [new Float64Array(size), new Float64Array(size), new Float64Array(length + 1)];
  re.set(twice);
  twice.forEach((sample, i) => {
    energy[i + 1] = energy[i]! + sample ** 2;
  });
  fft(re, im);
  const print = { length, re, im, energy };
  prints.set(spoken, print);
  return print;
}

/** Best normalised correlation of `piece` with any place of what was spoken. */
function bestMatch({ length, re, im, energy }: Print, piece: Float32Array): number {
  const [pr, pi] = [new Float64Array(re.length), new Float64Array(re.length)];
  pr.set(piece);
  fft(pr, pi);
  for (let i = 0; i < re.length; i++) {
    const real = re[i]! * pr[i]! + im[i]! * pi[i]!;
    const imaginary = im[i]! * pr[i]! - re[i]! * pi[i]!;
    pr[i] = real;
    pi[i] = -imaginary; // conjugate: the forward transform then inverts
  }
  fft(pr, pi);
  const own = piece.reduce((sum, sample) => sum + sample ** 2, 0);
  let best = 0;
  for (let at = 0; at + piece.length <= length; at++) {
    const power = (energy[at + piece.length]! - energy[at]!) * own;
    best = Math.max(best, pr[at]! / re.length / Math.sqrt(power + 1e-12));
  }
  return best;
}

/**
 * How much of `spoken` (said over and over) is in a recording: for windows of 250 ms, or as told, the best correlation with any place of it, and of those
 * the upper quartile (some windows fall into a pause). Alone it is about 1, one of three voices about 0.5, and somebody else's below 0.15.
 */
export function presence(
  heard: Float32Array,
  spoken: Float32Array,
  { windows = 7, seconds = usualPiece }: { readonly windows?: number; readonly seconds?: number } = {},
): number {
  const print = printOf(spoken);
  const what = sharpened(heard);
  const length = Math.round(Math.min(seconds, longestPiece) * rate);
  const step = Math.max(1, Math.floor((what.length - length) / (windows - 1)));
  const found: number[] = [];
  for (let at = 0; at + length <= what.length && found.length < windows; at += step) {
    found.push(bestMatch(print, what.subarray(at, at + length)));
  }
  return found.sort((a, b) => a - b)[Math.floor(found.length * 0.75)] ?? 0;
}

/** A recording at `rate`. */
export const atRate = (sound: Sound): Float32Array => resample(sound, rate).samples;

/** A presence above this: they are heard. */
export const present = 0.25;
/** Below this: they are not. */
export const absent = 0.2;

/** What each of them hears in the next seconds, once what was under way has passed. Nothing slow may happen in this process meanwhile. */
export async function listen(parties: readonly Party[], seconds = 3): Promise<Float32Array[]> {
  return Promise.all(
    parties.map(async (party) => {
      await party.caughtUp();
      await party.hears(0.7);
      const from = party.now;
      await party.hears(seconds);
      return party.heard(from);
    }),
  );
}
