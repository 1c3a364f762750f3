import type { CallStats } from "../call-stats.ts";

/** When a client says `quality-alert` about one of its calls. */
export interface QualityThresholds {
  /** Below this mean opinion score. Default 3. */
  readonly mos?: number;
  /** Above this share of lost (or made-up) sound, percent. Default 5. */
  readonly lossPct?: number;
  /** Above this interarrival jitter. Default 50. */
  readonly jitterMs?: number;
}

/** Figures of the last seconds. `kind`: `recovered` follows an `alert` once. */
export interface QualityAlert {
  readonly kind: "alert" | "recovered";
  /** What is beyond its threshold. Empty when recovered. */
  readonly causes: readonly ("mos" | "loss" | "jitter")[];
  readonly mos: number | undefined;
  readonly lossPct: number;
  readonly jitterMs: number | undefined;
}

const pauseMs = 60_000;
/** So many looks without a cause: it is over. */
const goodLooks = 3;

/** Tells from the statistics of one call when it is hard to understand: at most once a minute, and when it is over. Any transport. */
export class QualityWatch {
  readonly #mos: number;
  readonly #lossPct: number;
  readonly #jitterMs: number;
  #alertedAt = Number.NEGATIVE_INFINITY;
  #alerting = false;
  #good = 0;
  #before: { readonly received: number; readonly lost: number } | undefined;

  constructor({ mos = 3, lossPct = 5, jitterMs = 50 }: QualityThresholds = {}) {
    this.#mos = mos;
    this.#lossPct = lossPct;
    this.#jitterMs = jitterMs;
  }

  /** One more look; `nowMs` of any clock. */
  look({ quality, network }: Pick<CallStats, "quality" | "network">, nowMs: number): QualityAlert | undefined {
    const lossPct = network ? this.#lossSince(network) : (quality?.concealedPct ?? 0);
    const jitterMs = network?.jitterMs;
    const mos = quality?.mos;
    const causes: QualityAlert["causes"][number][] = [];
    if (mos !== undefined && mos < this.#mos) causes.push("mos");
    if (lossPct > this.#lossPct) causes.push("loss");
    if (jitterMs !== undefined && jitterMs > this.#jitterMs) causes.push("jitter");
    const figures = { causes, mos, lossPct, jitterMs };
    if (causes.length > 0) {
      this.#good = 0;
      if (nowMs - this.#alertedAt < pauseMs) return undefined;
      this.#alertedAt = nowMs;
      this.#alerting = true;
      return { kind: "alert", ...figures };
    }
    if (!this.#alerting || ++this.#good < goodLooks) return undefined;
    this.#alerting = false;
    return { kind: "recovered", ...figures };
  }

  /** Between two looks. A connection that was made anew counts from 0. */
  #lossSince({ receivedPackets: received, lostPackets: lost }: NonNullable<CallStats["network"]>): number {
    const before = this.#before && this.#before.received <= received ? this.#before : { received: 0, lost: 0 };
    this.#before = { received, lost };
    const newlyLost = Math.max(0, lost - before.lost);
    const due = received - before.received + newlyLost;
    return due > 0 ? (100 * newlyLost) / due : 0;
  }
}
