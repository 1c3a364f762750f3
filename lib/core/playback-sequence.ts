import type { Level } from "./core.ts";
import type { PlaybackStats, StreamCount } from "./playback-stats.ts";
import type { FlushResult, PlaybackStream } from "./playback-stream.ts";

interface Part {
  readonly stream: PlaybackStream;
  /** Bytes pushed before its first. */
  readonly fromBytes: number;
}

/**
 * Streams that follow one another as one: a codec that changes during a call. Bytes go to the newest stream, sound comes from the oldest
 * that still has some; they are cross-faded where one takes over. Positions count the bytes of all. One thread.
 */
export class PlaybackSequence {
  readonly #parts: Part[];
  /** Of streams that are over. */
  #past: StreamCount = { received: 0, played: 0, dropped: 0, flushed: 0, held: 0 };
  #fading = new Float32Array(128);

  constructor(first: PlaybackStream) {
    this.#parts = [{ stream: first, fromBytes: 0 }];
  }

  /** What is pushed from now on is `next`'s; what is held is played first. */
  append(next: PlaybackStream): void {
    const { stream, fromBytes } = this.#newest;
    this.#parts.push({ stream: next, fromBytes: fromBytes + stream.stats().bytes.received });
  }

  push(bytes: Uint8Array, arrivalMs: number): number {
    return this.#newest.stream.push(bytes, arrivalMs);
  }

  /** Fills `out`; allocates only where a stream takes over. */
  pull(out: Float32Array, nowMs: number): void {
    const [oldest, next] = this.#parts;
    oldest!.stream.pull(out, nowMs);
    if (!next) return;
    const { bytes, state } = oldest!.stream.stats();
    if (bytes.held > 1) return;
    if (this.#fading.length !== out.length) this.#fading = new Float32Array(out.length);
    next.stream.pull(this.#fading, nowMs);
    // The old one conceals until the new one has enough to begin.
    if (state !== "idle" && next.stream.stats().state !== "playing") return;
    this.#past = addCounts(this.#past, { ...bytes, held: 0, dropped: bytes.dropped + bytes.held });
    this.#parts.shift();
    for (let i = 0; i < out.length; i++) {
      const share = (i + 1) / out.length;
      out[i] = out[i]! * (1 - share) + this.#fading[i]! * share;
    }
  }

  /** As PlaybackStream.flush; `heardMs` is of the newest stream that lost something. */
  flush(positionBytes: number): FlushResult {
    let removedBytes = 0;
    let heardMs = 0;
    for (const [i, { stream, fromBytes }] of this.#parts.entries()) {
      const untilBytes = this.#parts[i + 1]?.fromBytes ?? Number.POSITIVE_INFINITY;
      const position = Math.min(positionBytes, untilBytes) - fromBytes;
      if (!(position > 0)) continue;
      const result = stream.flush(position);
      removedBytes += result.removedBytes;
      if (result.removedBytes > 0 || i === 0) heardMs = result.heardMs;
    }
    return { removedBytes, heardMs };
  }

  /** The playhead in bytes of all streams. */
  get playedPosition(): number {
    const { stream, fromBytes } = this.#parts[0]!;
    return fromBytes + stream.playedPosition;
  }

  /** Of the stream that is heard; its bytes are those of all. */
  stats(): PlaybackStats {
    const [heard, ...waiting] = this.#parts.map(({ stream }) => stream.stats());
    let bytes = addCounts(this.#past, heard!.bytes);
    let { pendingFlushBytes, heldMs } = heard!;
    for (const stats of waiting) {
      bytes = addCounts(bytes, stats.bytes);
      pendingFlushBytes = stats.pendingFlushBytes;
      heldMs += stats.heldMs;
    }
    return { ...heard!, bytes, pendingFlushBytes, heldMs };
  }

  level(): Level {
    return this.#parts[0]!.stream.level();
  }

  get #newest(): Part {
    return this.#parts.at(-1)!;
  }
}

function addCounts(a: StreamCount, b: StreamCount): StreamCount {
  return {
    received: a.received + b.received,
    played: a.played + b.played,
    dropped: a.dropped + b.dropped,
    flushed: a.flushed + b.flushed,
    held: a.held + b.held,
  };
}
