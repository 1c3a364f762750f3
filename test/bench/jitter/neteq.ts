/**
 * What the reference jitter buffer (NetEQ) reached on the same definitions, measured once on 2026-11-20 with its own seeds: pinned figures,
 * not run here.
 */
export interface Pinned {
  readonly delayMs?: number;
  readonly concealedPct?: number;
  readonly deltaR?: number;
  readonly recovery?: string;
}

export const NETEQ: Readonly<Record<string, Pinned>> = {
  clean: { delayMs: 33, concealedPct: 0 },
  wifi: { delayMs: 101, concealedPct: 0.06, deltaR: 6.9 },
  lte: { delayMs: 163, concealedPct: 0.64, deltaR: 17.4 },
  tcp1: { deltaR: 22 },
  tcp3: { deltaR: 47 },
  stall400: { deltaR: 48, recovery: "7–9 s" },
  stall1000: { deltaR: 41, recovery: "5–9 s" },
};
