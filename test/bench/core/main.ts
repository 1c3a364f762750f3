import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { makeSpeech } from "../../unit/wasm/support/speech.ts";
import { codecStages } from "./codec-stages.ts";
import { measureConcealment } from "./concealment.ts";
import { measureConference } from "./conference.ts";
import { timeTogether } from "./measure.ts";
import { type CoreReport, reportText } from "./report.ts";
import { resamplerResponse } from "./resampler-response.ts";
import type { Stage, StageRow } from "./stage.ts";
import { streamStages } from "./stream-stages.ts";
import { toolStages } from "./tool-stages.ts";

const sections = ["stages", "resampler", "conference", "concealment"] as const;
type Section = (typeof sections)[number];

const help = `npm run bench:core -- [options]

What the audio core costs and how well it works, on this machine.
  stages       time per 10 ms of every stage, beside plain JavaScript in the same run
  resampler    passband, images, aliases, latency
  conference   32 streams of G.722 through 32 playback instances and the mixer, in % of one core
  concealment  segmental SNR and log-spectral distance against silence and repetition

  --only NAME[,NAME]   these sections only
  --stage TEXT         only stages whose name contains TEXT
  --quick              fewer repetitions
  --json               one JSON object on standard output instead of tables
  --help               this text`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: sections.join(",") },
    stage: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function progress(text: string): void {
  process.stderr.write(`bench:core ${text}\n`);
}

function time(stage: Stage, quick: boolean): StageRow {
  const [wasm, plain] = timeTogether([() => stage.wasm(), () => stage.plain()], { batches: quick ? 7 : 25 });
  const perTenMs = 10 / stage.callMs;
  const wasmUs = (wasm?.meanUs ?? Number.NaN) * perTenMs;
  const plainUs = (plain?.meanUs ?? Number.NaN) * perTenMs;
  return {
    stage: stage.name,
    wasmUs,
    plainUs,
    ratio: plainUs / wasmUs,
    wasmP99Us: wasm?.p99Us ?? Number.NaN,
    callMs: stage.callMs,
    plainIs: stage.plainIs,
  };
}

async function speechByRate(): Promise<(sampleRate: number) => Int16Array> {
  const rates = [8000, 16000, 48000];
  const all = await Promise.all(rates.map((sampleRate) => makeSpeech({ seconds: 20, sampleRate, seed: 722 }, 5)));
  const byRate = new Map(rates.map((rate, index) => [rate, all[index]]));
  return (sampleRate) => byRate.get(sampleRate) ?? new Int16Array(sampleRate);
}

async function main(wanted: ReadonlySet<Section>): Promise<void> {
  progress("making speech (kept in build/speech)");
  const speechAt = await speechByRate();
  const stages: StageRow[] = [];
  if (wanted.has("stages")) {
    const all = [...codecStages(speechAt), ...toolStages(speechAt), ...(await streamStages(speechAt))];
    for (const stage of all.filter(({ name }) => name.includes(values.stage))) {
      progress(stage.name);
      stages.push(time(stage, values.quick));
    }
  }
  if (wanted.has("resampler")) progress("resampler response");
  const resampler = wanted.has("resampler") ? await resamplerResponse() : undefined;
  if (wanted.has("conference")) progress("conference of 32");
  const conference = wanted.has("conference") ? measureConference(speechAt(16000), values.quick ? 6 : 20) : undefined;
  if (wanted.has("concealment")) progress("concealment");
  const concealment = wanted.has("concealment")
    ? await measureConcealment(values.quick ? { rates: [16000] } : {})
    : undefined;
  const report: CoreReport = {
    machine: { node: process.versions.node, cpu: cpus()[0]?.model ?? "unknown", arch: process.arch },
    ...(wanted.has("stages") && { stages }),
    ...(resampler && { resampler }),
    ...(conference && { conference }),
    ...(concealment && { concealment }),
  };
  console.log(values.json ? JSON.stringify(report, null, 2) : reportText(report));
}

const names = values.only.split(",").map((name) => name.trim());
const unknown = names.filter((name) => !(sections as readonly string[]).includes(name));
if (values.help) console.log(help);
else if (unknown.length) {
  console.error(`unknown section: ${unknown.join(", ")}\n\n${help}`);
  process.exitCode = 2;
} else await main(new Set(names as Section[]));
