/** One moment of a call. */
export interface DelayPoint {
  readonly atMs: number;
  readonly delayMs: number;
}

/** The delay of the last two minutes. */
export class QualityHistory {
  static readonly spanMs = 120_000;
  #points: readonly DelayPoint[] = [];

  get points(): readonly DelayPoint[] {
    return this.#points;
  }

  add(point: DelayPoint): void {
    this.#points = [...this.#points.filter(({ atMs }) => point.atMs - atMs < QualityHistory.spanMs), point];
  }

  clear(): void {
    this.#points = [];
  }
}

/** The upper end of the scale: a round number that leaves the highest point some room. */
export function scaleOf(points: readonly DelayPoint[]): number {
  const highest = Math.max(...points.map(({ delayMs }) => delayMs), 1);
  const steps = [100, 200, 400, 800, 1600, 3200];
  return steps.find((step) => highest <= step) ?? Math.ceil(highest / 1000) * 1000;
}

/** Points of a polyline `width` × `height`; the newest is at the right edge. */
export function polyline(points: readonly DelayPoint[], width: number, height: number): string {
  const last = points.at(-1)?.atMs ?? 0;
  const scale = scaleOf(points);
  return points
    .map(({ atMs, delayMs }) => {
      const x = width * (1 - (last - atMs) / QualityHistory.spanMs);
      const y = height * (1 - Math.min(delayMs / scale, 1));
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
