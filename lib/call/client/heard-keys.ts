/** Keys that were heard wait this long for being told: a hub that is started again tells late. */
const lateMs = 30_000;
/** An echo of a key of ours comes back within this time. */
const echoMs = 1000;

interface Heard {
  readonly digit: string;
  readonly atMs: number;
}

/**
 * One key, one event: the other side may tell a key in words, and be heard pressing it. Who tells its keys is taken at its word: from the first one
 * on what is heard counts no more, and what was heard before is not told again. Of who never tells any, what is heard counts. Times are of any
 * clock.
 */
export class HeardKeys {
  #tells = false;
  #heard: Heard[] = [];
  #pressedHere: Heard[] = [];

  /** Told in words. False: it was heard before. */
  told(digit: string, nowMs: number): boolean {
    this.#tells = true;
    const at = this.#heard.findIndex((key) => key.digit === digit && nowMs - key.atMs < lateMs);
    if (at < 0) return true;
    this.#heard.splice(0, at + 1);
    return false;
  }

  /** Heard in the sound. False: it is told in words, or it is an echo. */
  heard(digit: string, nowMs: number): boolean {
    this.#pressedHere = this.#pressedHere.filter(({ atMs }) => nowMs - atMs < echoMs);
    if (this.#tells || this.#pressedHere.some((key) => key.digit === digit)) return false;
    this.#heard = [...this.#heard.filter(({ atMs }) => nowMs - atMs < lateMs), { digit, atMs: nowMs }];
    return true;
  }

  /** A key of ours sounds from now on for `durationMs`, here or at the other side: it may come back. */
  pressedHere(digit: string, durationMs: number, nowMs: number): void {
    this.#pressedHere.push({ digit, atMs: nowMs + durationMs });
  }
}
