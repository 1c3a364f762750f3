/** ITU-T G.107 simplified to one-way delay and loss: what a listener would say about the call. */

/** Ie and Bpl of the codecs with concealment (ITU-T G.113 Appendix I; wideband codecs are rated on the same narrow scale). */
const defaultImpairment = { ie: 0, bpl: 25.1 } as const;

/** What the rating of a call is made from. */
export interface QualityInput {
  /** Mouth to ear, milliseconds. */
  readonly delayMs: number;
  /** Concealed share of what was played, percent. */
  readonly concealedPct: number;
}

/** Of a mean opinion score (MOS): from 4 `good`, from 3.5 `fair`, from 3 `poor`, below `bad`. */
export type QualityGrade = "good" | "fair" | "poor" | "bad";

/** What a listener would say about the call (ITU-T G.107). */
export interface QualityRating extends QualityInput {
  /** E-model rating, 0 to 93.2. */
  readonly r: number;
  /** Mean opinion score, 1 to 4.5. */
  readonly mos: number;
  readonly grade: QualityGrade;
}

/** @param impairment codec impairment Ie and loss robustness Bpl (percent). */
/**
 * ITU-T G.107 simplified to one-way delay and loss. `impairment`: Ie and Bpl of the codec (ITU-T G.113 Appendix I); default those of G.711 with
 * concealment.
 */
export function rateQuality(
  input: QualityInput,
  impairment: { ie: number; bpl: number } = defaultImpairment,
): QualityRating {
  const { delayMs, concealedPct } = input;
  const delayImpairment = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3); // G.107 §7.5, simplified
  const lossImpairment = impairment.ie + ((95 - impairment.ie) * concealedPct) / (concealedPct + impairment.bpl); // G.107 §7.6
  const r = Math.min(93.2, Math.max(0, 93.2 - delayImpairment - lossImpairment));
  const mos = Math.min(4.5, Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))); // G.107 Annex B
  return { delayMs, concealedPct, r, mos, grade: gradeOf(mos) };
}

/** The grade of a mean opinion score, 1 to 4.5. */
export function gradeOf(mos: number): QualityGrade {
  return mos >= 4 ? "good" : mos >= 3.5 ? "fair" : mos >= 3 ? "poor" : "bad";
}
