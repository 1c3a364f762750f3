import { Concealer } from "../../unit/wasm/conceal/harness.ts";
import { gilbertElliott } from "../jitter/network.ts";
import { Random } from "../jitter/random.ts";
import { logSpectralDistanceDb, segmentalSnrDb } from "./distance.ts";
import { spoken } from "./spoken.ts";

export type ConcealmentMethod = "silence" | "repetition" | "one-sided" | "two-sided";

export interface ConcealmentRow {
  readonly sampleRate: number;
  readonly lossPct: number;
  readonly method: ConcealmentMethod;
  readonly lostPackets: number;
  /** Mean over the lost packets in which somebody speaks; higher is better. */
  readonly segmentalSnrDb: number;
  /** The same, and over the frames that straddle their edges; lower is better. */
  readonly logSpectralDistanceDb: number;
}

const PACKET_MS = 20;
const METHODS: readonly ConcealmentMethod[] = ["silence", "repetition", "one-sided", "two-sided"];
/** Mean loss (%) and mean burst (packets) of a Gilbert-Elliott channel. */
const LOSSES = [
  [5, 1.5],
  [10, 2],
  [20, 3],
] as const;

/** One signal with the losses of `received`, concealed. */
type Player = (samples: Int16Array, received: readonly boolean[], packet: number, rate: number) => Promise<Int16Array>;

const PLAYERS: Readonly<Record<ConcealmentMethod, Player>> = {
  silence: async (samples, received, packet) => {
    const heard = samples.slice();
    received.forEach((here, i) => void (here || heard.fill(0, i * packet, (i + 1) * packet)));
    return heard;
  },

  // The last packet again, 6 dB softer each further time.
  repetition: async (samples, received, packet) => {
    const heard = samples.slice();
    received.forEach((here, i) => {
      if (here) return;
      const gain = received[i - 1] ? 1 : 0.5;
      for (let k = i * packet; k < (i + 1) * packet; k++) heard[k] = (heard[k - packet] ?? 0) * gain;
    });
    return heard;
  },

  "one-sided": async (samples, received, packet, rate) => {
    const concealer = await Concealer.open(rate);
    const heard = new Int16Array(received.length * packet);
    received.forEach((here, i) => {
      const at = i * packet;
      if (here) heard.set(concealer.good(samples.subarray(at, at + packet)), at);
      else for (let k = 0; k < packet; k += packet / 2) heard.set(concealer.lost(packet / 2), at + k);
    });
    return heard;
  },

  "two-sided": async (samples, received, packet, rate) => {
    const concealer = await Concealer.open(rate);
    const heard = new Int16Array(received.length * packet);
    let gap = 0;
    received.forEach((here, i) => {
      const at = i * packet;
      if (!here) {
        gap += packet;
        return;
      }
      const next = samples.subarray(at, at + packet);
      if (gap) heard.set(concealer.fill(gap, next), at - gap);
      gap = 0;
      heard.set(concealer.good(next), at);
    });
    return heard;
  },
};

function frameStarts(
  received: readonly boolean[],
  packet: number,
  offsets: readonly number[],
  limit: number,
): number[] {
  return received
    .flatMap((here, i) => (here ? [] : offsets.map((offset) => i * packet + offset * packet)))
    .filter((from) => from >= 0 && from + packet <= limit);
}

/**
 * Conceals spoken sentences (espeak-ng) after random bursts of loss, the same losses for every method. Undefined where
 * espeak-ng or sox is not installed.
 */
export async function measureConcealment({
  rates = [8000, 16_000, 24_000, 48_000],
}: {
  rates?: readonly number[];
} = {}): Promise<ConcealmentRow[] | undefined> {
  const rows: ConcealmentRow[] = [];
  for (const sampleRate of rates) {
    const voices = spoken(sampleRate);
    if (!voices) return undefined;
    const packet = (sampleRate * PACKET_MS) / 1000;
    for (const [lossPct, burst] of LOSSES) {
      const random = new Random(`concealment/${lossPct}`);
      const cases = voices.map((whole) => {
        const count = Math.floor(whole.length / packet);
        const received = gilbertElliott(random, count, lossPct / 100, burst);
        received[count - 1] = true;
        return { samples: whole.subarray(0, count * packet), received };
      });
      for (const method of METHODS) {
        const snr = { sum: 0, count: 0 };
        const distance = { sum: 0, count: 0 };
        let lostPackets = 0;
        for (const { samples, received } of cases) {
          const heard = await PLAYERS[method](samples, received, packet, sampleRate);
          const lost = frameStarts(received, packet, [0], samples.length);
          const around = frameStarts(received, packet, [-0.5, 0, 0.5], samples.length);
          add(snr, segmentalSnrDb(samples, heard, lost, packet));
          add(distance, logSpectralDistanceDb(samples, heard, around, packet));
          lostPackets += lost.length;
        }
        rows.push({
          ...{ sampleRate, lossPct, method, lostPackets },
          segmentalSnrDb: snr.sum / snr.count,
          logSpectralDistanceDb: distance.sum / distance.count,
        });
      }
    }
  }
  return rows;
}

function add(total: { sum: number; count: number }, part: { sum: number; count: number }): void {
  total.sum += part.sum;
  total.count += part.count;
}

/** The rows as a table for people: one line a rate and loss, SNR / distance of each method. */
export function concealmentTable(rows: readonly ConcealmentRow[]): string {
  const lines = [`${"segmental SNR dB / log-spectral distance dB".padEnd(16)}`];
  lines.push(["rate", "loss", ...METHODS].map((name, i) => name.padStart(i < 2 ? 6 : 14)).join(""));
  for (const row of rows) {
    if (row.method !== METHODS[0]) continue;
    const cells = METHODS.map((method) => {
      const found = rows.find(
        (other) => other.sampleRate === row.sampleRate && other.lossPct === row.lossPct && other.method === method,
      );
      return found ? `${tenths(found.segmentalSnrDb)} / ${tenths(found.logSpectralDistanceDb)}` : "–";
    });
    lines.push(
      [`${row.sampleRate}`, `${row.lossPct} %`, ...cells].map((cell, i) => cell.padStart(i < 2 ? 6 : 14)).join(""),
    );
  }
  return lines.join("\n");
}

/** One decimal, without a negative zero. */
function tenths(value: number): string {
  return (Math.round(value * 10) / 10 + 0).toFixed(1);
}
