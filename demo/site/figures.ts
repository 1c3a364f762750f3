import type { CallEnd, CallStats } from "voicebridge";

/** One row of the panel; the key is its test id. */
export type Figures = Readonly<Record<string, readonly [label: string, value: string]>>;

const ms = (value: number | undefined) => (value === undefined ? "–" : `${Math.round(value)} ms`);
const count = (value: number | undefined) => (value === undefined ? "–" : String(value));

const threads = { worker: "worker", main: "main thread", none: "–" } as const;
const links = { shared: "shared memory", port: "message port", local: "same thread", track: "WebRTC track" } as const;

/** What the panel shows for the statistics of a call; dashes where nothing is measured. */
export function figuresOf(state: string, stats: CallStats | undefined, end: CallEnd | undefined): Figures {
  const { audio, transport } = stats ?? {};
  const { captureMs = 0, networkMs, bufferMs = 0, outputMs = 0 } = stats?.delay ?? {};
  const stages = stats && captureMs + (networkMs ?? 0) + bufferMs + outputMs;
  const lost = transport && transport.droppedUplinkFrames + transport.droppedDownlinkFrames;
  return {
    state: ["State", state],
    codec: ["Codec", stats?.codec ?? "–"],
    delay: ["Echo heard after", ms(audio?.loop?.medianMs)],
    stages: ["Delay one way", ms(stages)],
    buffer: ["Waiting to be played", ms(stats && bufferMs)],
    rtt: ["Round trip", stats?.rttMs === undefined ? "–" : `${stats.rttMs.toFixed(1)} ms`],
    underruns: ["Underruns", count(audio?.playback?.underruns)],
    lost: ["Frames lost", count(lost)],
    sent: ["Frames sent", count(transport?.sentFrames)],
    received: ["Frames received", count(transport?.receivedFrames)],
    thread: ["Socket lives in", transport ? threads[transport.thread] : "–"],
    link: ["Sound travels by", transport ? links[transport.link] : "–"],
    mos: ["Quality (MOS)", stats?.quality ? stats.quality.mos.toFixed(1) : "–"],
    ended: ["Ended by", end ? `${end.by}: ${end.reason}` : "–"],
  };
}

/** Keeps the rows and changes only what changed. */
export class FiguresPanel {
  readonly #values = new Map<string, HTMLElement>();

  constructor(private readonly list: HTMLElement) {}

  show(figures: Figures): void {
    for (const [key, [label, value]] of Object.entries(figures)) {
      const cell = this.#values.get(key) ?? this.#add(key, label);
      if (cell.textContent !== value) cell.textContent = value;
    }
  }

  #add(key: string, label: string): HTMLElement {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = label;
    const cell = document.createElement("dd");
    cell.dataset.testid = `stat-${key}`;
    row.append(term, cell);
    this.list.append(row);
    this.#values.set(key, cell);
    return cell;
  }
}
