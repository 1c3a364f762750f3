export interface TimedTrackOptions {
  /** Sound that comes this much later than it would have to follow the sound before still follows it; later, there was a gap. In samples. */
  readonly toleranceSamples: number;
  /** Sound that would stand further ahead of the present than this is left out. In samples. */
  readonly maxAheadSamples: number;
}

interface Piece {
  samples: Int16Array;
  /** Where it stands on the time line. */
  at: number;
  /** When it came, on the time line. */
  readonly arrived: number;
  /** Where it stands in the sound that came. */
  from: number;
}

/** Sample values below it, of 32768, are silence that nobody misses: −50 dB. */
const quietPeak = 100;

/**
 * One side of a recording: sound that comes in pieces, at any speed, placed on one time line of samples. What was taken from it is written and does
 * not change any more.
 */
export class TimedTrack {
  readonly #options: TimedTrackOptions;
  #pieces: Piece[] = [];
  #takenSamples = 0;
  /** Where the sound that came ends on the time line. */
  #end = 0;
  #streamSamples = 0;
  #gaps = 0;
  #gapSamples = 0;
  #skippedSamples = 0;
  #lostSamples = 0;

  constructor(options: TimedTrackOptions) {
    this.#options = options;
  }

  /** Where the last of what came ends. */
  get end(): number {
    return this.#end;
  }

  get gaps(): number {
    return this.#gaps;
  }

  /** Silence between the pieces. */
  get gapSamples(): number {
    return this.#gapSamples;
  }

  /** Quiet pieces left out to catch up with the time line. */
  get skippedSamples(): number {
    return this.#skippedSamples;
  }

  get lostSamples(): number {
    return this.#lostSamples;
  }

  /** Takes a piece over that came at the time `now`. */
  push(samples: Int16Array, now: number): void {
    const from = this.#streamSamples;
    this.#streamSamples += samples.length;
    const aheadSamples = this.#end - now;
    if (aheadSamples > this.#options.maxAheadSamples) {
      this.#lostSamples += samples.length;
      return;
    }
    const at = this.#place(now);
    if (at > this.#end && from > 0) {
      this.#gaps++;
      this.#gapSamples += at - this.#end;
    }
    this.#pieces.push({ samples, at, arrived: now, from });
    this.#end = at + samples.length;
  }

  /** Like `push`, for sound that is spoken as it comes: leaves quiet pieces out when the track has fallen behind the present. */
  pushLive(samples: Int16Array, now: number): void {
    if (this.#end - now > this.#options.toleranceSamples && isQuiet(samples)) {
      this.#streamSamples += samples.length;
      this.#skippedSamples += samples.length;
    } else this.push(samples, now);
  }

  /** Leaves out what came from … to …, as far as it was not taken. What came behind it moves up, but not before it came. */
  takeBack(from: number, to: number): void {
    const pieces: Piece[] = [];
    for (const piece of this.#pieces) {
      const { samples, arrived } = piece;
      const before = Math.min(samples.length, Math.max(0, from - piece.from));
      const after = Math.min(samples.length, Math.max(before, to - piece.from));
      if (before > 0) pieces.push({ ...piece, samples: samples.subarray(0, before) });
      if (after < samples.length) {
        pieces.push({ samples: samples.subarray(after), arrived, from: piece.from + after, at: piece.at + after });
      }
    }
    this.#pieces = [];
    this.#end = Math.min(this.#end, Math.max(this.#takenSamples, pieces[0]?.at ?? 0));
    for (const piece of pieces) {
      if (piece.from >= to) piece.at = this.#place(piece.arrived);
      this.#pieces.push(piece);
      this.#end = piece.at + piece.samples.length;
    }
  }

  /** The next samples of the time line, with silence where there is nothing. */
  take(count: number): Int16Array {
    const taken = new Int16Array(count);
    const end = this.#takenSamples + count;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (piece.at >= end) break;
      const part = piece.samples.subarray(0, end - piece.at);
      taken.set(part, piece.at - this.#takenSamples);
      if (part.length < piece.samples.length) {
        piece.samples = piece.samples.subarray(part.length);
        piece.at += part.length;
        piece.from += part.length;
        break;
      }
      whole++;
    }
    this.#pieces.splice(0, whole);
    this.#takenSamples = end;
    return taken;
  }

  #place(now: number): number {
    const follows = this.#end > 0 && now - this.#end <= this.#options.toleranceSamples;
    return Math.max(this.#takenSamples, follows ? this.#end : now);
  }
}

function isQuiet(samples: Int16Array): boolean {
  for (const sample of samples) if (sample > quietPeak || sample < -quietPeak) return false;
  return true;
}
