import { digitOfEvent, parseTelephoneEvent } from "./telephone-event.ts";

export interface ReceivedDigit {
  readonly type: "down" | "up";
  readonly digit: string;
  /** At the end: how long the digit lasted. */
  readonly durationMs: number;
}

/**
 * Turns the telephone-event packets of one stream (RFC 4733 §2.5.2) into digits: repeated, late and reordered packets change nothing, a
 * lost end is made up for by the next digit, and a digit in several segments is one. Feed packets as they arrive.
 */
export class DigitReceiver {
  readonly #clockRate: number;
  #digit: string | undefined;
  /** RTP timestamp of the digit's first segment and of the running one. */
  #beginning = 0;
  #segment = 0;
  #lastTicks = 0;
  #ended = true;
  #known = false;

  constructor({ clockRate = 8000 }: { readonly clockRate?: number } = {}) {
    this.#clockRate = clockRate;
  }

  /** Returns what this packet tells of new. Throws RtpError with `rtp-short`. */
  receive(packet: { readonly timestamp: number; readonly payload: Uint8Array }): ReceivedDigit[] {
    const { event, end, durationTicks } = parseTelephoneEvent(packet.payload);
    const digit = digitOfEvent(event);
    if (digit === undefined) return [];
    const news: ReceivedDigit[] = [];
    const ahead = (packet.timestamp - this.#segment) | 0;
    if (this.#known && ahead < 0) return news; // of an earlier digit or segment
    const continues = !this.#ended && digit === this.#digit && ahead % 0xffff === 0;
    if (!this.#known || (ahead > 0 && !continues)) {
      news.push(...this.finish());
      this.#known = true;
      this.#ended = false;
      this.#digit = digit;
      this.#beginning = packet.timestamp;
      this.#lastTicks = 0;
      news.push({ type: "down", digit, durationMs: 0 });
    }
    this.#segment = packet.timestamp;
    if (this.#ended) return news; // the end, repeated
    const ticks = ((packet.timestamp - this.#beginning) >>> 0) + durationTicks;
    this.#lastTicks = Math.max(this.#lastTicks, ticks);
    if (end) news.push(...this.finish());
    return news;
  }

  /** The end of the digit that is down, if its last packets were lost: call when nothing came for some 200 ms. */
  finish(): ReceivedDigit[] {
    if (this.#ended || this.#digit === undefined) return [];
    this.#ended = true;
    return [{ type: "up", digit: this.#digit, durationMs: (this.#lastTicks * 1000) / this.#clockRate }];
  }
}
