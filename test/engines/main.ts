import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { createVoiceServer } from "../../lib/node/index.ts";
import { type EngineKind, engines } from "./engines.ts";
import type { TriedCall } from "./page.ts";

const help = `npm run test:engines -- [options]

Calls an echo agent from browsers other than Chromium, over WebSocket and over WebRTC, with the microphone that hums which such a browser has for
tests: sound has to come back, at the pitch it was spoken and audibly, and the call has to end by us. Exits with 1 where something failed; a browser
that is not installed is skipped, loudly.

  --only NAME   ${engines.map(({ name }) => name).join(" or ")}
  --json        what was measured, as JSON on standard output
  --help        this text`;

const profiles = ["rtvbp.v1", "rtvbp.webrtc.v1"];
/** A hum of a tenth of full scale, a twentieth part of which is lost, is still louder than this. */
const minLevel = 0.005;
/** A microphone for tests may change between tones: what is heard strongest has to be about the strongest of what was spoken. */
const maxPitchGapDb = 12;
const deadlineMs = 60_000;

interface Row {
  readonly engine: string;
  readonly profile: string;
  readonly outcome: "ok" | "FAIL" | "skip";
  readonly why?: string;
  readonly call?: TriedCall;
}

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const site = await openSite();
  const rows: Row[] = [];
  const wanted = engines.filter(({ name }) => values.only === undefined || name === values.only);
  for (const kind of wanted) rows.push(...(await tryEngine(kind, site.url)));
  await site.close();
  if (values.json) console.log(JSON.stringify(rows));
  else for (const row of rows) console.log(describe(row));
  return rows.some(({ outcome }) => outcome === "FAIL") ? 1 : 0;
}

async function tryEngine({ name, needs, find, start }: EngineKind, url: string): Promise<Row[]> {
  const row = (profile: string, outcome: Row["outcome"], more: Partial<Row>): Row => ({
    ...{ engine: name, profile, outcome },
    ...more,
  });
  const program = find();
  if (program === undefined) return [row("", "skip", { why: `NOT TESTED: ${needs} is not installed` })];
  const engine = await start(program);
  const titled = { engine: engine.version || name };
  const rows: Row[] = [];
  try {
    for (const profile of profiles) {
      try {
        await engine.page.goto(url);
        const can = (await engine.page.evaluate("typeof RTCPeerConnection")) === "function";
        if (profile === "rtvbp.webrtc.v1" && !can) {
          rows.push(row(profile, "skip", { ...titled, why: "NOT TESTED: this build of the browser has no WebRTC" }));
          continue;
        }
        const expression = `globalThis.tryCall("/echo", ${JSON.stringify([profile])})`;
        const call = (await limited(engine.page.evaluate(expression))) as TriedCall;
        const faults = faultsOf(call, profile);
        rows.push(row(profile, faults.length > 0 ? "FAIL" : "ok", { ...titled, why: faults.join("; "), call }));
      } catch (error) {
        rows.push(row(profile, "FAIL", { ...titled, why: (error as Error).message }));
      }
    }
  } finally {
    await engine.close();
  }
  return rows;
}

function faultsOf(call: TriedCall, profile: string): string[] {
  const { heardLevel, spokenLevel, heardHz, spokenHz, pitchGapDb, receivedFrames, end, meter } = call;
  return [
    ...(call.profile === profile ? [] : [`it was ${call.profile}`]),
    ...(spokenLevel > minLevel ? [] : [`the microphone is silent (${spokenLevel.toFixed(4)})`]),
    ...(heardLevel > minLevel ? [] : [`nothing is heard (${heardLevel.toFixed(4)})`]),
    ...(pitchGapDb <= maxPitchGapDb ? [] : [`${spokenHz} Hz were spoken, ${heardHz} heard`]),
    ...(meter.output > minLevel ? [] : ["the meter of what is heard stays at zero"]),
    ...(receivedFrames > 100 ? [] : [`${receivedFrames} frames in 3 s`]),
    ...(end?.by === "local" ? [] : [`the call ended by itself: ${JSON.stringify(end)}`]),
  ];
}

function describe({ engine, profile, outcome, why, call }: Row): string {
  const title = `${outcome.padEnd(5)} ${engine}  ${profile}`;
  if (!call) return `${title}  ${why}`;
  const { heardLevel, spokenLevel, heardHz, spokenHz, receivedFrames, thread, link, loopMs, underruns, warnings } =
    call;
  const facts = [
    `heard ${heardLevel.toFixed(3)} at ${heardHz} Hz of ${spokenLevel.toFixed(3)} at ${spokenHz} Hz`,
    `${receivedFrames} frames in 3 s (${thread}, ${link})`,
    ...(loopMs === undefined ? [] : [`delay ${loopMs.toFixed(0)} ms`]),
    ...(underruns === undefined ? [] : [`${underruns} underruns`]),
    ...(warnings.length === 0 ? [] : [`warnings: ${warnings.join(", ")}`]),
  ];
  return `${title}  ${facts.join(", ")}${why ? `  ${why}` : ""}`;
}

/** The page, and an echo that answers over WebSocket and WebRTC at the same origin. */
async function openSite(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const script = await readFile(new URL("page.js", import.meta.url));
  const http = createServer((request, response) => {
    if (request.url === "/page.js") response.setHeader("Content-Type", "text/javascript").end(script);
    else
      response
        .setHeader("Content-Type", "text/html")
        .end('<!doctype html><title>call</title><script src="/page.js"></script>');
  });
  const voice = createVoiceServer({
    server: http,
    path: "/echo",
    profiles,
    webrtc: { hostAddresses: ["127.0.0.1"] },
    onCall: async (call) => {
      for await (const frame of call.audio) call.output.send(frame);
    },
  });
  await voice.ready;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}/`,
    close: async () => {
      await voice.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer of the page within ${deadlineMs / 1000} s`)), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
