/** How many segments a meter has. */
export const segmentCount = 20;

/** Full scale lights every segment, `floorDb` the first. */
const floorDb = -48;
const audibleDb = -42;

const toDb = (peak: number): number => 20 * Math.log10(Math.max(peak, 1e-9));

/** Segments lit by a peak of 0 to 1 of full scale; equal steps of decibels. */
export function litSegments(peak: number): number {
  const share = (toDb(peak) - floorDb) / -floorDb;
  return Math.max(0, Math.min(segmentCount, Math.ceil(share * segmentCount)));
}

/** Whether a peak is more than room noise. */
export function isAudible(peak: number): boolean {
  return toDb(peak) > audibleDb;
}
