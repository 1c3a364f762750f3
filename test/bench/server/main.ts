import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Attempt, findCapacity } from "./capacity.ts";
import { type Generator, nodeGenerator } from "./generator.ts";
import { goGenerator, goServer } from "./go-program.ts";
import { type ServerKind, serve } from "./serve.ts";
import type { ServerProgram } from "./server-process.ts";
import { type SoakReport, soak } from "./soak.ts";

const help = `npm run bench:server -- [options]

How many calls of 50 frames a second each way one server process holds: every session up, no frame lost, 99 % of the frames back within 20 ms of
when they were due. The same generator for all servers: voicebridge with an echo agent, a server in Go that echoes, and the least that can be
written on ws. It sends what is due and takes in what came every millisecond, so that what shares the machine with the servers is cheap; what
comes between is counted as later than it was. It is a program in Go; without Go it is this process, at twice the cost. Two seconds of sound
are not measured, five are. Memory is what a session adds to the server's process. Where the generator itself is late by more than that, the
machine is too busy or too small to judge, and the table says so; µs/frame is processor time a frame, in and out, which depends less on that.

  --quick            two short attempts a server: shows that it works, and judges nothing
  --only NAME        voicebridge, go or ws
  --generator NAME   go or node; default go, where it is installed
  --soak [SECONDS]   afterwards voicebridge at half of what it held, for so long (600): memory, losses, endings; a line every 10 s, and a verdict
  --sessions N       look for no limit: one attempt with so many sessions, or the soak
  --json             one JSON object on standard output instead of the table
  --help             this text`;

const maxP99Ms = 20;
const goalSessions = 800;
const fullSteps = Array.from({ length: 32 }, (_, i) => (i + 1) * 100);
const quickSteps = [10, 20];

/** `--soak` alone is ten minutes. */
const words = process.argv.slice(2).flatMap((word, i, all) => {
  const alone = word === "--soak" && !/^\d/.test(all[i + 1] ?? "");
  return alone ? [word, "600"] : [word];
});
const { values } = parseArgs({
  args: words,
  options: {
    serve: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    generator: { type: "string" },
    soak: { type: "string" },
    sessions: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** The whole search, and nothing less, is held against the goal. */
const judged = !values.quick && values.sessions === undefined;

interface Row {
  readonly name: string;
  readonly sessions: number;
  readonly p99Ms: number;
  readonly generatorP99Ms: number;
  readonly kbPerSession: number;
  readonly cpuPercent: number | undefined;
  readonly usPerFrame: number | undefined;
  /** Why it did not hold more: the server, or a generator that came too late itself. Undefined where nothing failed. */
  readonly limitedBy: "server" | "generator" | undefined;
}

function progress(text: string): void {
  process.stderr.write(`bench:server ${text}\n`);
}

/** This same bundle, as a server. */
function ownProgram(kind: ServerKind, name: string): ServerProgram {
  return { name, command: process.execPath, words: [process.argv[1]!, "--serve", kind] };
}

async function measure(program: ServerProgram, generator: Generator): Promise<Row> {
  const steps = values.sessions ? [Number(values.sessions)] : values.quick ? quickSteps : fullSteps;
  let limitedBy: Row["limitedBy"];
  const found = await findCapacity(program, steps, {
    generator,
    warmUpMs: values.quick ? 500 : 2000,
    durationMs: values.quick ? 1000 : 5000,
    maxP99Ms: judged ? maxP99Ms : Number.POSITIVE_INFINITY,
    onAttempt: ({ sessions, held, p99Ms, generatorP99Ms, usPerFrame, generatorUsPerFrame, lost }: Attempt) => {
      progress(
        `${program.name}: ${sessions} ${held ? "held" : "not held"}, p99 ${p99Ms} ms (generator ${generatorP99Ms}), ${usPerFrame ?? "?"} µs/frame (generator ${generatorUsPerFrame}), ${lost} lost`,
      );
      if (!held) limitedBy = generatorP99Ms > maxP99Ms ? "generator" : "server";
    },
  });
  const { sessions = 0, p99Ms = 0, generatorP99Ms = 0, kbPerSession = 0, cpuPercent, usPerFrame } = found ?? {};
  return { name: program.name, sessions, p99Ms, generatorP99Ms, kbPerSession, cpuPercent, usPerFrame, limitedBy };
}

function table(rows: readonly Row[], skipped: readonly string[], soaked: SoakReport | undefined): string {
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, i) => (i === 0 ? `${cell}`.padEnd(24) : `${cell}`.padStart(12))).join("");
  const lines = [
    line(["server", "sessions", "p99 ms", "generator", "KB/session", "CPU %", "µs/frame", "limit"]),
    ...rows.map(({ name, sessions, p99Ms, generatorP99Ms, kbPerSession, cpuPercent, usPerFrame, limitedBy }) =>
      line([
        name,
        sessions,
        p99Ms,
        generatorP99Ms,
        kbPerSession,
        cpuPercent ?? "–",
        usPerFrame ?? "–",
        limitedBy ?? "–",
      ]),
    ),
    ...skipped,
  ];
  if (soaked) {
    const { sessions, seconds, frames, lost, p99Ms, endedCleanly, earlyKb, lateKb, faults } = soaked;
    lines.push(
      `soak: ${sessions} sessions, ${seconds} s: ${frames} frames, ${lost} lost, p99 ${p99Ms} ms, memory ${earlyKb} → ${lateKb} KB, ${endedCleanly} ended cleanly`,
      `soak: ${faults.length === 0 ? "ok" : `NOT OK: ${faults.join("; ")}`}`,
    );
  }
  return lines.join("\n");
}

async function main(): Promise<number> {
  const ours = ownProgram("voicebridge", "voicebridge");
  const seconds = Number(values.soak ?? 0);
  const go = values.only === undefined || values.only === "go" ? goServer() : "not asked for";
  const inGo = values.generator === "node" ? "not asked for" : goGenerator();
  if (values.generator === "go" && typeof inGo === "string") throw new Error(`No generator in Go: ${inGo}`);
  const generator = typeof inGo === "string" ? nodeGenerator : inGo;
  progress(`the generator is written in ${generator.name}`);
  const skipped = typeof go === "string" && go !== "not asked for" ? [`SKIPPED  Go: ${go}`] : [];
  const programs = [ours, ...(typeof go === "string" ? [] : [go]), ownProgram("ws", "ws, nothing else")];
  const wanted = programs.filter((program, i) => {
    const key = i === 0 ? "voicebridge" : program === go ? "go" : "ws";
    return values.only === undefined || values.only === key;
  });
  if (seconds > 0 && values.sessions !== undefined) wanted.length = 0;
  const rows: Row[] = [];
  for (const program of wanted) rows.push(await measure(program, generator));
  const own = rows.find(({ name }) => name === ours.name);
  const half = Number(values.sessions ?? Math.floor((own?.sessions ?? 0) / 2));
  const soaked =
    seconds > 0 && half > 0
      ? await soak(ours, generator, { sessions: half, seconds }, (text) => progress(`soak: ${text}`))
      : undefined;
  const goalMet = own === undefined || !judged || own.sessions >= goalSessions;
  if (values.json) {
    const peers = rows.filter((row) => row !== own);
    const { sessions, p99Ms, kbPerSession, usPerFrame, limitedBy } = own ?? { sessions: 0, p99Ms: 0, kbPerSession: 0 };
    const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
    const goal = { sessions: goalSessions, met: judged ? goalMet : null };
    console.log(
      JSON.stringify({
        sessions,
        p99Ms,
        kbPerSession,
        usPerFrame,
        limitedBy,
        generator: generator.name,
        peer: peers[0] ?? null,
        peers,
        soak: soaked,
        goal,
        machine,
        skipped,
      }),
    );
  } else {
    console.log(table(rows, skipped, soaked));
    const why = own?.limitedBy === "generator" ? ", for want of a quiet machine: the generator was late itself" : "";
    if (judged && own) console.log(`goal: ${goalSessions} sessions: ${goalMet ? "met" : `NOT met${why}`}`);
  }
  return goalMet && soaked?.ok !== false ? 0 : 1;
}

if (values.serve !== undefined) await serve(values.serve === "ws" ? "ws" : "voicebridge");
else if (values.help) console.log(help);
else process.exitCode = await main();
