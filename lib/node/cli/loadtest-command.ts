import { lookup } from "node:dns/promises";
import { writeFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import type { LatencySummary } from "../load/latency-histogram.ts";
import type { LoadReport } from "../load/load-report.ts";
import { runLoadTest } from "../load/load-test.ts";
import { type Command, CommandError, UsageError } from "./command.ts";
import { connectionOf, connectionOptions, voiceUrl } from "./connection.ts";
import { theOne } from "./parse-input.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** `voicebridge loadtest`: many calls at once. */
export const loadTestCommand: Command = {
  name: "loadtest",
  summary: "make many calls at once to a server of yours and measure what comes back",
  usage: "loadtest URL",
  options: {
    ...connectionOptions,
    connections: { value: "N", help: "calls at a time; default 10" },
    duration: { value: "SECONDS", help: "how long is measured; default 10" },
    "warm-up": { value: "SECONDS", help: "sound before that; default 1" },
    json: { value: "FILE", help: "write the report as JSON; - for standard output" },
    "max-p99": { value: "MS", help: "fail where more than 1 % of the frames come later than this" },
    "allow-remote": { help: "call a server that is not on this machine. Only one that is yours to load" },
  },
  async run(input, io) {
    const url = voiceUrl(theOne(input, "address"));
    const connections = input.number("connections", { min: 1, max: 100_000, whole: true }) ?? 10;
    const durationS = input.number("duration", { min: 0.1, max: 86_400 }) ?? 10;
    const warmUpS = input.number("warm-up", { min: 0, max: 600 }) ?? 1;
    const maxP99 = input.number("max-p99", { min: 0, max: 60_000 });
    const json = input.text("json");
    if (!input.has("allow-remote")) await mustBeHere(new URL(url).hostname);
    const { codecs, ...connection } = connectionOf(input, url);
    if (codecs && codecs.length > 1) throw new UsageError("A load test has one codec.");
    const application = input.text("application");
    const report = await runLoadTest({
      ...connection,
      ...(codecs && { codec: codecs[0]! }),
      ...(application !== undefined && { application }),
      connections,
      durationMs: durationS * 1000,
      warmUpMs: warmUpS * 1000,
      signal: io.signal,
      onProgress: ({ phase, elapsedMs, active, failed, sentFrames, echoedFrames, p99Ms }) => {
        const seconds = `${(elapsedMs / 1000).toFixed(0)} s`;
        io.status(
          `${phase} ${seconds}  ${active} active, ${failed} failed  ${sentFrames} sent, ${echoedFrames} back  p99 ${p99Ms} ms`,
        );
      },
    });
    if (json === "-") io.out(JSON.stringify(report));
    else {
      for (const line of describe(report)) io.out(line);
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    }
    const { frames, connected, endedEarly } = report;
    const whole = connected === connections && endedEarly === 0 && frames.lost === 0 && frames.refused === 0;
    const inTime = maxP99 === undefined || (report.echo && report.latenessMs.p99 <= maxP99);
    return whole && inTime ? 0 : 1;
  },
};

/** Loading somebody else's server is an attack. Throws `CommandError`. */
async function mustBeHere(hostname: string): Promise<void> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await addressesOf(host);
  const isHere = ({ address, family }: { address: string; family: number }): boolean =>
    loopback.check(address, family === 6 ? "ipv6" : "ipv4");
  if (found.every(isHere)) return;
  throw new CommandError(`${host} is not this machine. If it is yours to load, say so: --allow-remote`);
}

async function addressesOf(host: string): Promise<{ address: string; family: number }[]> {
  try {
    return await lookup(host, { all: true });
  } catch (error) {
    throw new CommandError(`${host} has no address (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
}

function describe(report: LoadReport): string[] {
  const { frames, connected, connections, failures, measuredMs, endedEarly, endedCleanly } = report;
  const line = (name: string, text: string): string => `${name.padEnd(12)} ${text}`;
  const spread = ({ p50, p90, p99, p999, max }: LatencySummary): string =>
    `p50 ${p50}  p90 ${p90}  p99 ${p99}  p99.9 ${p999}  max ${max} ms`;
  const why = Object.entries(failures).map(([code, count]) => `${count} × ${code}`);
  const lost = frames.sent > 0 ? ((frames.lost * 100) / frames.sent).toFixed(3) : "0";
  return [
    line("calls", `${connected} of ${connections} became active${why.length > 0 ? `: ${why.join(", ")}` : ""}`),
    line("set-up", spread(report.setUpMs)),
    line("measured", `${(measuredMs / 1000).toFixed(1)} s of ${report.codec}, 50 frames a second each way and call`),
    ...(report.echo
      ? [
          line("latency", `${spread(report.latencyMs)}  (sent → back)`),
          line("lateness", `${spread(report.latenessMs)}  (due → back)`),
          line(
            "frames",
            `${frames.sent} sent, ${frames.echoed} back, ${frames.lost} lost (${lost} %), ${frames.refused} refused`,
          ),
        ]
      : [
          line("latency", "unknown: the server does not send back what it hears (call an echo agent)"),
          line("frames", `${frames.sent} sent, ${frames.refused} refused; ${report.receivedBytes} bytes came`),
        ]),
    line("generator", `${spread(report.sendLateMs)}  (how late we sent ourselves)`),
    line("ended", `${endedCleanly} cleanly, ${endedEarly} before we hung up`),
  ];
}
