import { VoiceError } from "./voice-error.ts";

/** One key press as RTVBP tells it: epoch milliseconds, `seq` counts the presses of a call from 0. */
export interface DtmfPress {
  readonly seq: number;
  readonly digit: string;
  readonly pressed_at: number;
  readonly released_at: number;
}

/** Length of the keys that `call.sendDtmf()` presses one after the other. Default: 100 ms, and 80 ms between two. */
export interface DtmfTiming {
  /** How long a key is held, milliseconds. ITU-T Q.24 asks for 40 at least. */
  readonly toneMs?: number;
  /** Pause between two keys, milliseconds. */
  readonly gapMs?: number;
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });

/** Sends digits one after the other, in the order they were asked for, whoever asks. Presses still waiting are given up when `signal` aborts. */
export class DtmfSender {
  #seq: number;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly press: (press: DtmfPress) => void,
    private readonly localTone: (digit: string, ms: number) => void,
    private readonly signal: AbortSignal,
    firstSeq = 0,
  ) {
    this.#seq = firstSeq;
  }

  /** Keys pressed so far: `seq` of the next one. */
  get presses(): number {
    return this.#seq;
  }

  /** Resolves when the last digit was released. Throws `VoiceError` `dtmf-digit` before anything is sent. */
  send(digits: string, { toneMs = 100, gapMs = 80 }: DtmfTiming = {}): Promise<void> {
    const keys = [...`${digits}`.toUpperCase()].filter((key) => !/[\s().-]/.test(key));
    const unknown = keys.find((key) => !/[0-9A-D*#]/.test(key));
    if (unknown !== undefined) {
      throw new VoiceError("dtmf-digit", `"${unknown}" is not a telephone key.`, "Use 0–9, *, # and A–D.");
    }
    this.#queue = this.#queue.then(async () => {
      for (const digit of keys) {
        if (this.signal.aborted) return;
        const pressedAt = Date.now();
        this.localTone(digit, toneMs);
        await pause(toneMs, this.signal);
        if (this.signal.aborted) return;
        this.press({ seq: this.#seq++, digit, pressed_at: pressedAt, released_at: Math.max(pressedAt, Date.now()) });
        await pause(gapMs, this.signal);
      }
    });
    return this.#queue;
  }
}
