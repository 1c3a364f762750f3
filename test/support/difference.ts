/** Where two rows of numbers begin to differ (the shorter one's end counts), or −1: for rows too long to be compared by `toEqual`. */
export function firstDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) if (!Object.is(left[i], right[i])) return i;
  return -1;
}
