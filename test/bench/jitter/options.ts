import { parseArgs } from "node:util";
import { DEFINITIONS } from "./definitions.ts";

export const HELP = `npm run bench:jitter -- [options]

Plays seeded network traces through the audio core on a simulated clock, with real audio, and beside it through a plain FIFO and a FIFO
that skips. Prints delay beyond the network, concealment, impairment (ΔR, ITU-T G.107), recovery from stalls, and the goals.

  --only wifi,tts4     these traces (${Object.keys(DEFINITIONS).length} there are; default: all)
  --seeds 5            seeds per trace, from 1 on (means are given with 95 % confidence)
  --quick              one seed
  --law                also the control law alone
  --cost               also time the playback path (depends on the machine)
  --json               JSON on standard output instead of tables
  --plot FILE          HTML report with plots (default build/bench/jitter.html)
  --speech FILE.wav    play this speech (16 bit, mono, 16 kHz) instead of the synthetic one
  --device-rate 48000  rate of the simulated device
  --threads N          worker threads (default: one per processor)
  --trace FILE         play this trace instead: rows of "arrival_ms sequence timestamp_samples length_samples" at 16 kHz
  --seed 1             the seed, where one trace is played alone (--out, --log)
  --out FILE.wav       write what was played of --trace, or of the one trace named by --only
  --log FILE.tsv       write what every 5 ms tick of it did

Exits with 1 when a goal is missed.`;

export interface Options {
  only: string[];
  seeds: number;
  seed: number;
  law: boolean;
  cost: boolean;
  json: boolean;
  plot: string;
  speech: string | undefined;
  deviceRate: number;
  threads: number | undefined;
  trace: string | undefined;
  out: string | undefined;
  log: string | undefined;
}

/** Throws a RangeError or TypeError that says what is wrong; undefined when help was asked for. */
export function readOptions(words: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: text,
      seeds: text,
      seed: text,
      threads: text,
      "device-rate": text,
      plot: text,
      speech: text,
      trace: text,
      out: text,
      log: text,
      quick: flag,
      law: flag,
      cost: flag,
      json: flag,
      help: flag,
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(",") ?? [];
  for (const kind of only) {
    if (!DEFINITIONS[kind]) {
      throw new RangeError(`--only: no trace is called "${kind}"; there are ${Object.keys(DEFINITIONS).join(", ")}`);
    }
  }
  const alone = values.trace !== undefined || only.length === 1;
  if ((values.out ?? values.log) !== undefined && !alone) {
    throw new RangeError("--out and --log need one trace: --trace FILE or --only NAME");
  }
  return {
    only,
    seeds: values.quick ? 1 : count("--seeds", values.seeds, 5),
    seed: count("--seed", values.seed, 1),
    law: values.law ?? false,
    cost: values.cost ?? false,
    json: values.json ?? false,
    plot: values.plot ?? "build/bench/jitter.html",
    speech: values.speech,
    deviceRate: count("--device-rate", values["device-rate"], 48000),
    threads: values.threads === undefined ? undefined : count("--threads", values.threads, 1),
    trace: values.trace,
    out: values.out,
    log: values.log,
  };
}

function count(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} needs a whole number from 1 on, not "${text}"`);
  return value;
}
