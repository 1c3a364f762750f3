import { expect, type Page, test } from "@playwright/test";
import { createVoiceServer, type VoiceServer } from "../../../lib/node/index.ts";
import { type FaultProxy, startFaultProxy } from "../../../lib/testing/node/index.ts";
import { microphoneFile } from "../../support/speech.ts";
import { speaking } from "../support/chromium.ts";
import { nothingOpen, openTestPage, stillOpen } from "../support/page.ts";

test.use({
  launchOptions: speaking(microphoneFile({ text: "One, two, three, four.", leadMs: 0, tailMs: 0, seed: 4 })),
});

interface Scenario {
  readonly name: string;
  /** What goes wrong before anybody dials, … */
  readonly before?: string;
  /** … and once sound goes both ways. */
  readonly during?: string;
  /** When the network is well again, after `during` or the dialling; undefined: never. */
  readonly healsAfterMs?: number;
  /** `either`: it depends on which bytes are hit. */
  readonly outcome: "works" | "ends" | "either";
  /** How often the connection is lost at most; where it is not said, that does not matter. */
  readonly losses?: number;
}

/** L16 at 8 kHz: 16 kB a second each way. */
const scenarios: readonly Scenario[] = [
  { name: "late and uneven", during: "delay 150±100", healsAfterMs: 3000, outcome: "works", losses: 0 },
  { name: "half the bandwidth down", during: "down limit 8kB", healsAfterMs: 3000, outcome: "works", losses: 0 },
  { name: "a quarter of the bandwidth up", during: "up limit 4kB", healsAfterMs: 3000, outcome: "works", losses: 0 },
  { name: "a stall every second", during: "stall 400 every 1s", healsAfterMs: 4000, outcome: "works", losses: 0 },
  { name: "one stall of three seconds", during: "stall 3000", healsAfterMs: 3500, outcome: "works", losses: 0 },
  { name: "one stall of six seconds", during: "stall 6000", healsAfterMs: 6500, outcome: "works" },
  { name: "a reset", during: "reset", healsAfterMs: 0, outcome: "works", losses: 1 },
  { name: "a reset every two seconds", during: "reset every 2s", healsAfterMs: 5000, outcome: "works" },
  { name: "cut off in a frame from the server", during: "down truncate", healsAfterMs: 0, outcome: "works", losses: 1 },
  { name: "cut off in a frame to the server", during: "up truncate", healsAfterMs: 0, outcome: "works", losses: 1 },
  { name: "closed by half from the server", during: "down half-close", healsAfterMs: 0, outcome: "works", losses: 1 },
  { name: "closed by half to the server", during: "up half-close", healsAfterMs: 0, outcome: "works", losses: 1 },
  { name: "a black hole", during: "black-hole", healsAfterMs: 500, outcome: "works", losses: 1 },
  { name: "a black hole from the server", during: "down black-hole", healsAfterMs: 500, outcome: "works", losses: 1 },
  { name: "a black hole to the server", during: "up black-hole", healsAfterMs: 500, outcome: "works", losses: 1 },
  { name: "bits turned over", during: "corrupt 5", healsAfterMs: 1000, outcome: "either" },
  { name: "gone for three seconds", during: "refuse; reset", healsAfterMs: 3000, outcome: "works", losses: 1 },
  { name: "gone for good", during: "refuse; reset", outcome: "ends", losses: 1 },
  { name: "nobody there at first", before: "refuse", healsAfterMs: 1500, outcome: "works", losses: 0 },
  {
    name: "cut off while it introduces itself",
    before: "down truncate after 250",
    healsAfterMs: 1500,
    outcome: "works",
  },
  { name: "a black hole from the beginning", before: "black-hole", outcome: "ends", losses: 0 },
];

interface Report {
  readonly state: string;
  readonly ends: string[];
  readonly losses: number;
}

declare global {
  interface Window {
    hostile: Record<string, { call: InstanceType<Window["voicebridge"]["Call"]>; ends: string[]; states: string[] }>;
  }
}

const report = (page: Page, name: string): Promise<Report> =>
  page.evaluate((name) => {
    const { call, ends, states } = window.hostile[name]!;
    return { state: call.state, ends, losses: states.filter((state) => state === "reconnecting").length };
  }, name);

const dial = (page: Page, name: string, src: string): Promise<void> =>
  page.evaluate(
    ([name, src]) => {
      const call = new window.voicebridge.Call({ src, reconnect: { giveUpAfterMs: 9000 } });
      const one = { call, ends: [] as string[], states: [] as string[] };
      window.hostile = { ...window.hostile, [name]: one };
      call.addEventListener("statechange", ({ state }) => one.states.push(state));
      call.addEventListener("ended", ({ end }) => one.ends.push(`${end.by}: ${end.reason}`));
      call.start().catch(() => undefined); // it says so by its end
    },
    [name, src] as const,
  );

/** Frames that came over the present connection. */
const received = (page: Page, name: string): Promise<number> =>
  page.evaluate(async (name) => {
    const { transport } = await window.hostile[name]!.call.stats();
    return transport?.receivedFrames ?? 0;
  }, name);

async function carriesSound(page: Page, name: string): Promise<void> {
  const before = await received(page, name);
  await expect
    .poll(() => received(page, name), { message: `${name}: sound`, timeout: 15_000 })
    .toBeGreaterThan(before + 5);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function run(page: Page, proxy: FaultProxy, scenario: Scenario): Promise<string> {
  const { name, before, during, healsAfterMs, outcome, losses } = scenario;
  if (before) proxy.apply(before);
  await dial(page, name, `ws://127.0.0.1:${proxy.port}/`);
  if (during) {
    await carriesSound(page, name);
    proxy.apply(during);
  }
  if (healsAfterMs !== undefined) {
    await pause(healsAfterMs);
    proxy.clear();
    if (during) await pause(500); // what there is to notice at once is noticed
  }
  const settled = () => report(page, name).then(({ state }) => (/^(terminated|failed)$/.test(state) ? "ends" : state));
  const wanted = { works: /^active$/, ends: /^ends$/, either: /^(active|ends)$/ }[outcome];
  await expect.poll(settled, { message: name, timeout: 28_000 }).toMatch(wanted);
  let { state, ends, losses: lost } = await report(page, name);
  if (state === "active") {
    await carriesSound(page, name);
    await page.evaluate((name) => window.hostile[name]!.call.hangUp(), name);
    ({ ends, losses: lost } = await report(page, name));
    expect(ends, name).toEqual(["local: normal"]);
    state = "works";
  }
  expect(ends, name).toHaveLength(1);
  if (losses !== undefined) expect(lost, `${name}: losses`).toBeLessThanOrEqual(losses);
  return `${name}: ${state} (lost ${lost}×, ${ends[0]})`;
}

let server: VoiceServer;
test.beforeAll(async () => {
  server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    onCall: async (call) => {
      for await (const frame of call.audio) call.output.send(frame);
    },
  });
  await server.ready;
});
test.afterAll(() => server.close());

const atOnce = 7;
for (let from = 0; from < scenarios.length; from += atOnce) {
  const batch = scenarios.slice(from, from + atOnce);
  test(`hostile networks end in a working call or one end: ${batch.map(({ name }) => name).join(", ")}`, async ({
    page,
  }) => {
    test.setTimeout(90_000);
    await openTestPage(page);
    const outcomes = await Promise.all(
      batch.map(async (scenario, index) => {
        const proxy = await startFaultProxy({ target: server.url, seed: from + index + 1 });
        try {
          return await run(page, proxy, scenario);
        } finally {
          await proxy.close();
        }
      }),
    );
    console.log(outcomes.join("\n"));
    expect(await stillOpen(page)).toEqual(nothingOpen);
    await expect.poll(() => server.stats().sessions, { timeout: 15_000 }).toBe(0);
  });
}
