import { AudioOutput, type SpeakOptions, type SpeakResult } from "../node/audio-output.ts";
import { type CallFormat, callFormat } from "../node/call-format.ts";
import { encodeSound, SoundDecoder } from "../node/sound.ts";
import { type EventData, type EventName, type Params, pickCodec } from "../protocol/index.ts";
import { type Clock, Session, type SessionEnd, type SessionTap } from "../session/index.ts";
import type { Transport } from "../transport/index.ts";
import { EventLog, type Match, TestPeerError } from "./event-log.ts";
import type { FaultyLink } from "./faulty-pair.ts";
import type { Sound } from "./sound.ts";

export interface PeerCallOptions {
  readonly transport: Transport;
  readonly link: FaultyLink;
  readonly clock: Clock;
  readonly codecs: readonly string[] | undefined;
  readonly tap: SessionTap | undefined;
  readonly onInitialize: ((params: Params<"session.initialize">) => void | Promise<void>) | undefined;
  readonly onActive: (call: PeerCall) => void;
}

/** What the voice side may tell. */
const toldEvents = ["session.updated", "dtmf", "call.hangup", "audio.info"] as const satisfies readonly EventName[];
/** Events of the caller that a test can wait for. */
export type ToldEvent = (typeof toldEvents)[number];

/** The most it remembers of what it hears: beyond it counts, and forgets. */
const maxHeardBytes = 1 << 24;
const defaultTimeoutMs = 5000;

/** One call, from the side that answers it: what a test wants to say, and what it wants to have heard. */
export class PeerCall {
  /** Everything there is no word for here: requests, events, its end. Its transport is in memory. */
  readonly session: Session;
  /** The network to this call. */
  readonly link: FaultyLink;
  /** What went wrong and was survived: messages that could not be read, handlers and scripts that threw. */
  readonly faults: { readonly error: unknown; readonly at: string | undefined }[] = [];
  readonly #clock: Clock;
  readonly #events: EventLog;
  readonly #frames: Uint8Array[] = [];
  #heardBytes = 0;
  #awaitingSound: { readonly bytes: number; readonly settle: (error?: TestPeerError) => void }[] = [];
  #offer: Params<"session.initialize"> | undefined;
  #format: CallFormat | undefined;
  #output: AudioOutput | undefined;

  constructor(options: PeerCallOptions) {
    const { transport, clock, codecs, tap, onInitialize, onActive } = options;
    this.link = options.link;
    this.#clock = clock;
    this.#events = new EventLog(clock);
    this.session = new Session({
      role: "application",
      transport,
      clock,
      ...(tap && { tap }),
      onFrame: (frame) => this.#hear(frame),
      onInitialize: async (params) => {
        await onInitialize?.(params);
        const codec = pickCodec(params.audio_codec_offerings, codecs);
        this.#offer = params;
        this.#format = codec ? callFormat(codec) : undefined;
        return codec;
      },
    });
    for (const name of toldEvents) this.session.on(name, (data) => this.#events.push(name, data));
    this.session.addEventListener("fault", ({ error, at }) => void this.faults.push({ error, at }));
    this.session.addEventListener("session.updated", () => onActive(this), { once: true });
    this.session.addEventListener("ended", ({ end }) => {
      this.#output?.end();
      this.#events.end(end.reason);
      const error = new TestPeerError("peer-ended", `The call ended (${end.reason}) before enough was heard.`);
      for (const { settle } of this.#awaitingSound.splice(0)) settle(error);
    });
  }

  /** What the voice side introduced the call with: application, call, offered codecs, metadata. */
  get offer(): Params<"session.initialize"> {
    if (!this.#offer) throw new Error("The call has not been introduced yet.");
    return this.#offer;
  }

  /** The agreed codec in the units a test counts in. Throws for a call without sound. */
  get format(): CallFormat {
    if (!this.#format) throw new Error("This call has no sound.");
    return this.#format;
  }

  /** Never rejects. */
  get ended(): Promise<SessionEnd> {
    return this.session.ended;
  }

  /** Every event of the voice side so far. */
  get events(): readonly { readonly name: string; readonly data: unknown }[] {
    return this.#events.all;
  }

  /** Resolves with the first event of that name that fits and was not given out before, from now or earlier. Rejects with `TestPeerError`. */
  expect<E extends ToldEvent>(
    name: E,
    match?: Match<EventData<E>>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<EventData<E>> {
    return this.#events.take<EventData<E>>(name, match, options.timeoutMs ?? defaultTimeoutMs);
  }

  /** Says a sound, as fast as it is played unless told. Resolves when its last frame was sent, or will not be. */
  say(sound: Sound, options?: SpeakOptions): Promise<SpeakResult> {
    return this.output.speak(encodeSound(sound, this.format), options);
  }

  /** Encoded bytes, and everything else about the way out. */
  get output(): AudioOutput {
    if (!this.session.transport) throw new Error("The call is not connected.");
    this.#output ??= new AudioOutput(this.session.transport, this.format, this.#clock);
    return this.#output;
  }

  /** A caption of what this side says. */
  caption(text: string): void {
    this.session.emit("output.transcript.done", { text });
  }

  /** A caption of what the caller said. */
  callerSaid(text: string): void {
    this.session.emit("input.transcript", { delta: text });
  }

  /** Takes back what was not played yet. Resolves with the bytes the voice side reports. */
  async clear(): Promise<number> {
    this.#output?.discard();
    return (await this.session.request("audio.buffer.clear", {})).len;
  }

  /** Encoded bytes of the caller's sound so far. */
  get heardBytes(): number {
    return this.#heardBytes;
  }

  /** The caller's sound so far, the first 16 MiB of it. */
  heard(): Sound {
    const decoder = new SoundDecoder(this.format);
    const pieces = this.#frames.map((frame) => decoder.decode(frame));
    const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      samples.set(piece, at);
      at += piece.length;
    }
    return { samples, sampleRate: this.format.sampleRate };
  }

  /** Resolves when this much was heard since the call began, silence included. Rejects with `TestPeerError`. */
  hears(durationMs: number, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const bytes = (durationMs * this.format.bytesPerSecond) / 1000;
    const timeoutMs = options.timeoutMs ?? durationMs + defaultTimeoutMs;
    if (this.#heardBytes >= bytes) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (error?: TestPeerError): void => {
        cancel();
        this.#awaitingSound = this.#awaitingSound.filter((other) => other !== waiting);
        if (error) reject(error);
        else resolve();
      };
      const waiting = { bytes, settle };
      const cancel = this.#clock.after(timeoutMs, () => {
        const message = `Waited ${timeoutMs} ms for ${bytes} bytes of sound; there were ${this.#heardBytes}.`;
        settle(new TestPeerError("peer-expectation", message));
      });
      this.#awaitingSound.push(waiting);
    });
  }

  /** Ends the call in good order. */
  hangUp(reason?: string): Promise<SessionEnd> {
    return this.session.hangUp(reason);
  }

  #hear(frame: Uint8Array): void {
    if (this.#heardBytes < maxHeardBytes) this.#frames.push(frame);
    this.#heardBytes += frame.byteLength;
    for (const { bytes, settle } of [...this.#awaitingSound]) if (this.#heardBytes >= bytes) settle();
  }
}
