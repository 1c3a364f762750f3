import type { CallStats } from "../../../../lib/index.ts";
import type { VoiceSession } from "../../../../lib/node/index.ts";
import { align, alignNear } from "../../../support/signal.ts";
import { analysisRate } from "../clip.ts";
import { dial } from "../paths.ts";
import { exactly, figureName, type Goal, pause, type RowResult, type Setting } from "../row.ts";
import { type AgentSound, agentRate, agentSound } from "../spoken-sound.ts";

const frameBytes = (agentRate / 50) * 2;
const pieceSamples = analysisRate / 10;

interface Played {
  /** Of what was sent, how much was not heard. */
  readonly lostMs: number;
  /** As fast as it is to be played: 1. */
  readonly speed: number;
  /** Of our way: the most that waited, and what it says it dropped. */
  readonly heldBytes?: number;
  readonly droppedBytes?: number;
}

/**
 * Generated speech comes much faster than it is played. First 10 s are heard, then the calls with 80 s are dialled; they only listen then, and
 * other rows can be measured until `heard` is awaited.
 */
export async function startFlood(setting: Setting): Promise<{ heard(): Promise<RowResult> }> {
  const burst = agentSound(10);
  const ours = await startPlay("ours", burst, 4, setting);
  const plain = await startPlay("mainThread", burst, 4, setting);
  const bursts = [await ours.heard(), await plain.heard()] as const;
  const flood = setting.quick ? undefined : await startPlay("ours", agentSound(80), 20, setting);
  return { heard: async () => floodRow(...bursts, await flood?.heard()) };
}

function floodRow(ours: Played, plain: Played, flood: Played | undefined): RowResult {
  const cell = (played: Played | undefined): string[] =>
    played ? [`${played.lostMs.toFixed(0)} ms lost, ${played.speed.toFixed(3)}×`] : [];
  const goalsOf = (name: string, { lostMs, speed, droppedBytes = 0 }: Played): Goal[] => [
    exactly(`${name}: lost ms`, lostMs, 0),
    exactly(`${name}: bytes dropped`, droppedBytes, 0),
    { text: `${name}: played at ${speed.toFixed(4)}× (1.000)`, met: Math.abs(speed - 1) < 0.0005 },
  ];
  return {
    title: "10 s of speech sent at 4×; 80 s sent in 4 s",
    cells: { ours: [...cell(ours), ...cell(flood)].join("; "), mainThread: cell(plain).join("") },
    figures: {
      burstLostMs: ours.lostMs,
      burstSpeed: ours.speed,
      [figureName("mainThread", "burstLostMs")]: plain.lostMs,
      [figureName("mainThread", "burstSpeed")]: plain.speed,
      ...(flood
        ? { floodLostMs: flood.lostMs, floodSpeed: flood.speed, floodHeldBytes: flood.heldBytes ?? Number.NaN }
        : {}),
    },
    goals: [...goalsOf("10 s at 4×", ours), ...(flood ? goalsOf("80 s in 4 s", flood) : [])],
  };
}

/** Dials, and begins to send; `heard` waits for the end. The host has its own agent again when this has resolved. */
async function startPlay(
  path: "ours" | "mainThread",
  sound: AgentSound,
  speed: number,
  { browser, host, progress }: Setting,
): Promise<{ heard(): Promise<Played> }> {
  progress(`flood, ${sound.seconds} s at ${speed}×: ${path}`);
  const echo = host.agent;
  const answered = new Promise<VoiceSession>((resolve) => {
    host.agent = resolve;
  });
  if (path === "mainThread") host.onBareFrame = () => {};
  const call = await dial(path, browser, host);
  const agent = path === "ours" ? await answered : undefined; // a moment later than the page: this process may be busy
  host.agent = echo;
  await call.page.evaluate(() => window.bench.record());
  const doneMs = Date.now() + sound.seconds * 1000 + 1500;
  if (agent) void agent.speak(sound.bytes, { speed });
  else void sendBare(sound.bytes, speed, (frame) => host.sendBare(frame));
  const stats = async () => (await call.page.evaluate(() => window.bench.stats())) as Partial<CallStats>;
  const listen = async () => {
    try {
      let heldBytes = 0;
      while (Date.now() < doneMs) {
        await pause(1000);
        heldBytes = Math.max(heldBytes, (await stats()).audio?.playback?.bytes.held ?? 0);
      }
      const bytes = (await stats()).audio?.playback?.bytes;
      const clips = `flood-${path}-${sound.seconds}`;
      await call.page.evaluate((address) => window.bench.collect(address), `http://${host.pages}/clips/${clips}`);
      const { heard } = host.takeClips(clips);
      return { heard, heldBytes, ...(bytes ? { droppedBytes: bytes.dropped } : {}) };
    } finally {
      if (path === "mainThread") host.onBareFrame = undefined;
      await call.close();
    }
  };
  const listening = listen();
  listening.catch(() => {}); // told where it is awaited
  // All of it has come before anything else begins on this machine: what begins a call holds up others.
  await pause((1000 * sound.seconds) / speed + 1000);
  return {
    // Compared when it is asked for: that keeps this process, which other calls talk to, busy.
    heard: async () => {
      const { heard, ...counted } = await listening;
      return { ...compare(heard.band, sound.band), ...counted };
    },
  };
}

async function sendBare(bytes: Uint8Array, speed: number, send: (frame: Uint8Array) => void): Promise<void> {
  const startedMs = performance.now();
  for (let at = 0; at < bytes.length; at += frameBytes) {
    const dueMs = startedMs + (20 * at) / frameBytes / speed;
    if (dueMs > performance.now()) await pause(dueMs - performance.now());
    send(bytes.slice(at, at + frameBytes));
  }
}

/** Looks for every tenth of a second of what was sent in what was heard. The last one may be cut by the end of the sound. */
function compare(heard: Float32Array, sent: Float32Array): Pick<Played, "lostMs" | "speed"> {
  const places: { readonly sentAt: number; readonly heardAt: number }[] = [];
  let lost = 0;
  let expected: number | undefined;
  for (let sentAt = 0; sentAt + 2 * pieceSamples <= sent.length; sentAt += pieceSamples) {
    const piece = sent.subarray(sentAt, sentAt + pieceSamples);
    let match = expected === undefined ? undefined : alignNear(heard, piece, expected, 80);
    if (!match || match.correlation < 0.8) {
      const from = Math.max(0, (expected ?? 0) - 2 * analysisRate);
      const anywhere = align(heard.subarray(from, from + 6 * analysisRate), piece);
      match = { lag: anywhere.lag + from, correlation: anywhere.correlation };
    }
    if (match.correlation < 0.6) {
      lost++;
      continue;
    }
    places.push({ sentAt, heardAt: match.lag });
    expected = match.lag + pieceSamples;
  }
  const [first, last] = [places[0], places.at(-1)];
  const speed = first && last ? (last.sentAt - first.sentAt) / (last.heardAt - first.heardAt) : Number.NaN;
  return { lostMs: lost * 100, speed };
}
