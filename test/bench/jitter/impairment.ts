/** Network delay assumed before the buffer, ms. */
const NETWORK_MS = 95;

/** Id + Ie,eff of ITU-T G.107, simplified: one-way delay (ms) and concealed share (%); Bpl 25.1 with concealment. */
export function impairment(delayMs: number, lossPct: number): number {
  return 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3) + (95 * lossPct) / (lossPct + 25.1);
}

/** ΔR of a playout that is `delayMs` behind the network and conceals `lossPct` of what it plays. */
export const deltaR = (delayMs: number, lossPct: number): number =>
  impairment(Math.max(0, delayMs) + NETWORK_MS, lossPct);
