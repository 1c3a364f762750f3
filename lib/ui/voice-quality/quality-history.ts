import type { CallQuality } from "../../call/quality-meter.ts";

/** One moment of a call. */
export type QualityPoint = CallQuality & { readonly atMs: number };

/** The quality of the last two minutes. */
export class QualityHistory {
  static readonly spanMs = 120_000;
  #points: readonly QualityPoint[] = [];

  get points(): readonly QualityPoint[] {
    return this.#points;
  }

  add(point: QualityPoint): void {
    this.#points = [...this.#points.filter(({ atMs }) => point.atMs - atMs < QualityHistory.spanMs), point];
  }

  clear(): void {
    this.#points = [];
  }
}
