import { encodeFrame, type Frame, wireStatus } from "../protocol/index.ts";
import { readTrace, type Trace } from "../session/index.ts";
import {
  createMemoryTransportPair,
  type MemoryTransport,
  type Transport,
  type TransportClose,
} from "../transport/index.ts";
import { comparePayloads, type ReplayDifference, readSpoken, type Spoken, volatilePaths } from "./replay-compare.ts";
import { type ReplaySide, type ReplayStep, replaySteps } from "./replay-script.ts";
import { compareSound } from "./replay-sound.ts";
import { SimulatedClock, settle } from "./simulated-clock.ts";

/**
 * The side that is live. Takes its end of the connection and the clock that everything of it must go by: `new Session({ transport, clock, … })`. Real
 * timers in it are not waited for.
 */
export type LivePeer = (transport: Transport, clock: SimulatedClock) => unknown;

/** Of `replayTrace`. Milliseconds on the simulated clock. */
export interface ReplayOptions {
  /** Which side of the recording is played. Default `recorder`: what it sent goes to a live peer in the other role. */
  readonly side?: ReplaySide;
  /** Which session of the trace, where a recorder followed several. Default 0. */
  readonly session?: number;
  /** How much later than recorded the live side may say something before it is missing. Default 10,000. */
  readonly patienceMs?: number;
  /** How much later before it is a difference. Default 1000. */
  readonly lateMs?: number;
  /** What may differ, as `method.path`, beside what always does. */
  readonly ignore?: readonly string[];
  /** Messages that need not be the same in number. Default `ping` and `audio.info`. */
  readonly optional?: readonly string[];
  readonly soundToleranceBytes?: number;
}

/** What `replayTrace` found. */
export interface ReplayReport {
  /** None: it is as it was. */
  readonly differences: readonly ReplayDifference[];
  /** What the recording has of the live side, and how much of it was found. */
  readonly expectedTexts: number;
  readonly matchedTexts: number;
  readonly playedTexts: number;
  readonly playedFrames: number;
  /** On the simulated clock. */
  readonly durationMs: number;
}

/** Plays one side of a recorded session against the other, live, under a simulated clock, and tells what is different. Throws `TraceFormatError`. */
export async function replayTrace(
  trace: Trace | string,
  peer: LivePeer,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const read = typeof trace === "string" ? readTrace(trace) : trace;
  const replay = new Replay(read, options);
  return replay.run(peer);
}

interface Heard {
  readonly spoken: Spoken;
  readonly text: string;
  readonly t: number;
  matched: boolean;
}

class Replay {
  readonly #steps: readonly ReplayStep[];
  readonly #options: Required<ReplayOptions>;
  readonly #clock: SimulatedClock;
  readonly #startedAt: number;
  readonly #near: MemoryTransport;
  readonly #far: MemoryTransport;
  readonly #differences: ReplayDifference[] = [];
  readonly #heard: Heard[] = [];
  /** Methods of the requests we play, by identifier. */
  readonly #played = new Map<string, string>();
  /** Identifiers of the live side's requests, by those in the recording. */
  readonly #liveIds = new Map<string, string>();
  /** Requests of the live side that the recording has and that have not come yet, by what they are. */
  readonly #awaitedRequests = new Map<string, number>();
  readonly #sound: Uint8Array[] = [];
  #soundBytes = 0;
  #closed: TransportClose | undefined;
  /** How much later everything is than it was recorded. */
  #shiftMs = 0;
  #expectedTexts = 0;
  #playedTexts = 0;
  #playedFrames = 0;

  constructor(trace: Trace, options: ReplayOptions) {
    const { side = "recorder", session = 0, ignore = [], optional = ["ping", "audio.info"] } = options;
    const { patienceMs = 10_000, lateMs = 1000, soundToleranceBytes = 0 } = options;
    this.#options = {
      side,
      session,
      patienceMs,
      lateMs,
      ignore: [...volatilePaths, ...ignore],
      optional,
      soundToleranceBytes,
    };
    this.#steps = replaySteps(trace, side, session);
    for (const step of this.#steps) {
      if (step.type !== "hear") continue;
      const { what, frame } = readSpoken(step.text, () => undefined);
      if (frame?.kind === "request") this.#awaitedRequests.set(what, (this.#awaitedRequests.get(what) ?? 0) + 1);
    }
    this.#startedAt = trace.header.startedAt;
    this.#clock = new SimulatedClock(this.#startedAt);
    const now = (): number => this.#clock.now();
    [this.#near, this.#far] = createMemoryTransportPair({ highWaterBytes: 1 << 24, now });
  }

  async run(peer: LivePeer): Promise<ReplayReport> {
    this.#near.openMedia();
    this.#near.listen({
      text: ({ text }) => this.#hear(text),
      frame: (frame) => {
        this.#sound.push(frame);
        this.#soundBytes += frame.byteLength;
      },
      close: (close) => {
        this.#closed = close;
      },
    });
    await peer(this.#far, this.#clock);
    for (const step of this.#steps) await this.#take(step);
    await this.#finish();
    return {
      differences: this.#differences,
      expectedTexts: this.#expectedTexts,
      matchedTexts: this.#heard.filter(({ matched }) => matched).length,
      playedTexts: this.#playedTexts,
      playedFrames: this.#playedFrames,
      durationMs: this.#now,
    };
  }

  get #now(): number {
    return this.#clock.now() - this.#startedAt;
  }

  async #take(step: ReplayStep): Promise<void> {
    const dueMs = step.t + this.#shiftMs - this.#now;
    if (step.type !== "hear" && step.type !== "await-close") {
      if (dueMs > 0) await this.#clock.advance(dueMs);
      else this.#shiftMs -= dueMs; // it was waited for something
    }
    switch (step.type) {
      case "say":
        this.#say(step.text, step.t);
        break;
      case "send":
        if (!this.#near.closed) this.#near.sendFrame(step.frame);
        this.#playedFrames++;
        break;
      case "receive":
        break; // compared as a whole
      case "hear":
        await this.#expect(step.text, step.t);
        break;
      case "close":
        await this.#near.close(step.code, step.reason);
        break;
      case "sever":
        this.#near.sever();
        break;
      case "await-close":
        await this.#until(() => this.#closed !== undefined, dueMs + this.#options.patienceMs);
        if (!this.#closed) this.#differences.push({ t: step.t, type: "close", what: "it did not close" });
        break;
      case "hole":
        this.#differences.push({ t: step.t, type: "hole", what: step.what });
        break;
      default:
        step satisfies never;
    }
    if (step.type === "say") await settle(1);
  }

  #say(text: string, t: number): void {
    const frame = this.#translated(text);
    if (frame === undefined) return; // an answer to what was not asked; that it was not is a difference already
    if (this.#near.closed) {
      this.#differences.push({ t, type: "close", what: "it closed too early" });
      return;
    }
    this.#playedTexts++;
    this.#near.sendText(frame);
  }

  /** With the identifiers of the live side. */
  #translated(text: string): string | undefined {
    const { frame } = readSpoken(text, () => undefined);
    if (!frame) return text;
    if (frame.kind === "request") this.#played.set(frame.id, frame.method);
    if (frame.kind !== "result" && frame.kind !== "error") return text;
    const liveId = this.#liveIds.get(frame.response);
    if (liveId === undefined) return undefined;
    return liveId === frame.response ? text : encodeFrame({ ...frame, response: liveId } as Frame);
  }

  async #expect(text: string, t: number): Promise<void> {
    const expected = readSpoken(text, (id) => this.#played.get(id));
    const { optional, patienceMs, lateMs, ignore } = this.#options;
    const mayMiss = expected.name !== undefined && optional.includes(expected.name);
    this.#expectedTexts++;
    const find = (): Heard | undefined =>
      this.#heard.find(({ spoken, matched }) => !matched && spoken.what === expected.what);
    const dueMs = t + this.#shiftMs - this.#now;
    await this.#until(() => find() !== undefined, Math.max(0, dueMs) + (mayMiss ? 0 : patienceMs));
    const heard = find();
    if (!heard) {
      if (!mayMiss) this.#differences.push({ t, type: "missing", what: expected.what, expected: text });
      return;
    }
    heard.matched = true;
    if (expected.frame?.kind === "request" && heard.spoken.frame?.kind === "request") {
      this.#liveIds.set(expected.frame.id, heard.spoken.frame.id);
    }
    for (const difference of comparePayloads(expected, heard.spoken, ignore)) {
      this.#differences.push({ t, type: "changed", what: expected.what, ...difference });
    }
    const byMs = heard.t - (t + this.#shiftMs);
    if (byMs > lateMs) this.#differences.push({ t, type: "late", what: expected.what, byMs });
    this.#shiftMs += Math.max(0, byMs);
  }

  #hear(text: string): void {
    const spoken = readSpoken(text, (id) => this.#played.get(id));
    this.#heard.push({ spoken, text, t: this.#now, matched: false });
    if (spoken.frame?.kind !== "request") return;
    const awaited = this.#awaitedRequests.get(spoken.what) ?? 0;
    if (awaited > 0) this.#awaitedRequests.set(spoken.what, awaited - 1);
    else this.#answer(spoken.frame);
  }

  /** A request that the recording has no answer for: it would be waited for. */
  #answer({ id, method, params }: Extract<Frame, { kind: "request" }>): void {
    const t1 = this.#clock.now();
    const { t0 } = (params ?? {}) as { readonly t0?: number };
    const answer: Frame =
      method === "ping" && t0 !== undefined
        ? { kind: "result", response: id, result: { t0, t1, t2: t1, owd: t1 - t0 } }
        : {
            kind: "error",
            response: id,
            error: { code: wireStatus.notImplemented, message: "not in the recording" },
          };
    if (!this.#near.closed) this.#near.sendText(encodeFrame(answer));
  }

  /** Moves the clock until it is so, at most by `limitMs`. */
  async #until(isSo: () => boolean, limitMs: number): Promise<void> {
    const end = this.#clock.now() + limitMs;
    await settle();
    while (!isSo() && this.#clock.now() < end) {
      const left = end - this.#clock.now();
      await this.#clock.advance(Math.min(this.#clock.nextMs ?? left, left));
    }
  }

  async #finish(): Promise<void> {
    const received = this.#steps.filter((step) => step.type === "receive");
    const expectedBytes = received.reduce((sum, { bytes }) => sum + bytes, 0);
    await this.#until(() => this.#soundBytes >= expectedBytes || this.#closed !== undefined, this.#options.patienceMs);
    const sound = compareSound(received, this.#sound, this.#options.soundToleranceBytes);
    if (sound) this.#differences.push({ t: received.at(-1)?.t ?? this.#now, type: "sound", ...sound });
    for (const { matched, spoken, text, t } of this.#heard) {
      if (matched || (spoken.name !== undefined && this.#options.optional.includes(spoken.name))) continue;
      this.#differences.push({ t, type: "unexpected", what: spoken.what, actual: text });
    }
    await this.#near.close(1000, "end of the recording");
    await settle();
  }
}
