import { parseArgs } from "node:util";

export const rowNames = [
  "delay",
  "freeze",
  "steady",
  "stalls",
  "flood",
  "clear",
  "cpu",
  "messages",
  "heap",
  "aliasing",
] as const;
export type RowName = (typeof rowNames)[number];

export const help = `npm run bench:call -- [options]

Makes calls with an echo in headless Chromium (fake microphone: speech over noise) and measures what a person would notice: by this library,
beside the same call over a main-thread WebSocket with a plain FIFO player, and beside the browser's own WebRTC (PCMU, Opus) on loopback.
  delay     mouth to ear, from the microphone's own clock; device output latency excluded
  freeze    the page's main thread is blocked for 2 s: frames of 20 ms not heard, delay 5 s later, microphone frames sent meanwhile
  steady    an undisturbed call, over each kind of frame link, in five windows of 6 s: underruns, frames dropped, worklet-to-worklet delay
  stalls    six stalls of 400 ms, one every 10 s: how long the call stays late
  flood     10 s of speech sent at 4×, and 80 s in 4 s: what is lost, and how fast it is played
  clear     a clear of the playing sound: until it is 40 dB down, and whether the count of bytes is exact
  cpu       CPU time of the main thread and of the whole renderer, in % of one core, all ways at once
  messages  worklet → main and main → worklet, per second
  heap      growth from the 51st to the 100th call in one page: JavaScript heap, the same without machine code, threads
  aliasing  5, 6 and 7 kHz at the microphone, in an uplink of 8 kHz

  --only NAME[,NAME]  these rows only
  --quick             fewer and shorter calls (about two minutes; figures are rough)
  --calls N           calls per way for delay and freeze (default 3)
  --json              one JSON object on standard output instead of the table
  --help              this text

Every row is told on standard error as soon as it is known; the whole takes about ten minutes.
Exits with 1 when a goal is missed. Other work on the machine shows in every figure: stop it before taking one seriously.`;

export interface Options {
  readonly rows: ReadonlySet<RowName>;
  readonly quick: boolean;
  readonly calls: number;
  readonly json: boolean;
}

/** Undefined when help was asked for. Throws a RangeError or TypeError that says what is wrong. */
export function readOptions(words: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: "string" },
      calls: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const wanted = values.only?.split(",").map((name) => name.trim()) ?? [...rowNames];
  const unknown = wanted.filter((name) => !(rowNames as readonly string[]).includes(name));
  if (unknown.length > 0) throw new RangeError(`--only: there is no row ${unknown.join(", ")}`);
  const calls = Number(values.calls ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(calls) || calls < 1) throw new RangeError(`--calls needs a whole number from 1 on`);
  return { rows: new Set(wanted as RowName[]), quick: values.quick, calls, json: values.json };
}
