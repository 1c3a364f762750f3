import { type Codec, type EventData, type JsonObject, type Params, pickCodec, type Result } from "../protocol/index.ts";
import {
  type Clock,
  type RequestOptions,
  Session,
  type SessionEnd,
  SessionFaultEvent,
  type SessionTap,
  systemClock,
} from "../session/index.ts";
import type { Transport } from "../transport/transport.ts";
import { AudioInput } from "./audio-input.ts";
import { AudioOutput, type SpeakOptions, type SpeakResult } from "./audio-output.ts";
import { type CallFormat, callFormat } from "./call-format.ts";
import { DigitInput, type NextDigitOptions } from "./digit-input.ts";
import { SoundDecoder } from "./sound.ts";
import { type SoundTap, SoundTaps } from "./sound-taps.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** For those who make a `VoiceSession` over a transport of their own; `createVoiceServer` makes one per connection. */
export interface VoiceSessionOptions {
  readonly id: string;
  readonly transport: Transport;
  /** The upgrade that began it; undefined for a transport that had none. */
  readonly request?: UpgradeRequest;
  readonly identity?: unknown;
  /** Identifiers of codecs by preference. Without it the voice side's order counts. */
  readonly codecs?: readonly string[] | undefined;
  readonly requestTimeoutMs?: number;
  readonly initializeTimeoutMs?: number;
  readonly maxMalformed?: number;
  /** Frames of the caller kept for a reader that falls behind. Default 250: 5 s; never more than 1 MiB. */
  readonly maxQueuedFrames?: number;
  readonly clock?: Clock;
  /** Looks on: a `SessionRecorder`. */
  readonly tap?: SessionTap | undefined;
  /** Called in the task in which the call becomes active, before anything that follows is handled. */
  readonly onActive?: (call: VoiceSession) => void;
}

/** What a clear found. All positions are bytes of encoded sound as it went over the wire. */
export interface ClearResult {
  /**
   * Taken back from everywhere it was queued; exact. Over WebRTC the voice side queues nothing that could be taken back: what its browser
   * has received, up to some 100 ms, is heard.
   */
  readonly len: number;
  /** Sent since the call began, when the clear was asked for. */
  readonly sentBytes: number;
  /** Of them, those the caller heard: all that was sent and never taken back. */
  readonly playedBytes: number;
  /** How much of the interrupted utterance the caller heard. */
  readonly heardMs: number;
  /** Waited for its time in this process, and was never sent. */
  readonly unsentBytes: number;
}

/** The server shuts down: the call is cut off, and the caller dials another server, when this time has passed. */
export interface DrainNotice {
  readonly graceMs: number;
}

/** What `call.on()` hears of, and what its listeners are given. */
export interface VoiceSessionEvents {
  /** A key was released. */
  readonly dtmf: EventData<"dtmf">;
  /** The caller hung up; the end follows. */
  readonly hangup: EventData<"call.hangup">;
  readonly info: EventData<"audio.info">;
  readonly draining: DrainNotice;
  readonly ended: SessionEnd;
}

/**
 * One call, seen by the application that answers it: the caller's sound and keys come in, sound and requests go out. Made by `VoiceServer`; after
 * `ready` it is active. Requests reject once the call is over; sound that is sent then goes nowhere.
 */
export class VoiceSession {
  readonly id: string;
  readonly request: UpgradeRequest | undefined;
  readonly identity: unknown;
  /** Everything below, for what this class has no word for. */
  readonly session: Session;
  readonly audio: AudioInput;
  /** Resolves when the call is active; rejects where it ended before. */
  readonly ready: Promise<void>;
  /** Time as this call sees it. */
  readonly clock: Clock;
  readonly #transport: Transport;
  readonly #taps: SoundTaps;
  readonly #draining: Promise<DrainNotice>;
  #announceDraining!: (notice: DrainNotice) => void;
  readonly #digits: DigitInput;
  readonly #lifetime = new AbortController();
  #offer: Params<"session.initialize"> | undefined;
  #format: CallFormat | undefined;
  #output: AudioOutput | undefined;
  #clearedBytes = 0;
  #active = false;

  constructor(options: VoiceSessionOptions) {
    const { id, transport, codecs } = options;
    this.id = id;
    this.request = options.request;
    this.identity = options.identity;
    this.audio = new AudioInput(options.maxQueuedFrames ?? 250);
    this.#transport = transport;
    this.clock = options.clock ?? systemClock;
    this.#digits = new DigitInput(this.clock);
    this.session = new Session({
      role: "application",
      transport,
      clock: this.clock,
      ...defined("requestTimeoutMs", options.requestTimeoutMs),
      ...defined("initializeTimeoutMs", options.initializeTimeoutMs),
      ...defined("maxMalformed", options.maxMalformed),
      onInitialize: (params) => this.#initialize(params, codecs),
      ...defined("tap", options.tap),
      onFrame: (frame) => {
        this.#taps.caller(frame);
        this.audio.push(frame);
      },
    });
    this.#taps = new SoundTaps(this.session);
    this.session.on("dtmf", ({ digit }) => this.#digits.push(digit));
    this.#draining = new Promise((resolve) => {
      this.#announceDraining = resolve;
    });
    this.ready = new Promise((resolve, reject) => {
      const activate = (): void => {
        this.#active = true;
        resolve();
        options.onActive?.(this);
      };
      this.session.addEventListener("session.updated", activate, { once: true });
      this.session.addEventListener("ended", ({ end }) => {
        this.audio.end();
        this.#digits.end();
        this.#output?.end();
        this.#lifetime.abort(new Error(`The call is over: ${end.reason}`));
        reject(new Error(`The call ended before it began: ${end.reason}`));
      });
    });
    this.ready.catch(() => {});
  }

  /** Starts to answer. The call is active when `ready` resolves. */
  async start(): Promise<void> {
    await this.session.start();
  }

  get call(): Params<"session.initialize">["call"] {
    return this.#offered().call;
  }

  get application(): Params<"session.initialize">["application"] {
    return this.#offered().application;
  }

  get metadata(): JsonObject {
    return this.#offered().metadata ?? {};
  }

  /**
   * The `session_id` before, where this call was on already: its connection was lost, or sent elsewhere, and the voice side introduces the same
   * `call.id` again. It is a session of its own: variables and the person are the same, and what the agent knew is the agent's to keep, by
   * `call.call.id`. Undefined for a new call.
   */
  get resumedFrom(): string | undefined {
    const { resumed_from: before } = this.metadata;
    return typeof before === "string" && before !== "" ? before : undefined;
  }

  /** The agreed format; throws for a call without audio. */
  get format(): CallFormat {
    if (!this.#format) throw new Error("This call has no audio.");
    return this.#format;
  }

  /** Whether it is, or was, active. */
  get active(): boolean {
    return this.#active;
  }

  get hasAudio(): boolean {
    return this.#format !== undefined;
  }

  /** The agent's sound; throws for a call without audio. */
  get output(): AudioOutput {
    const transport = this.session.transport ?? this.#transport;
    this.#output ??= new AudioOutput(transport, this.format, this.clock, (bytes) => this.#taps.agent(bytes));
    return this.#output;
  }

  /** Aborted when the call is over. */
  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Never rejects. */
  get ended(): Promise<SessionEnd> {
    return this.session.ended;
  }

  /** The caller's sound as samples at the rate of the call's format. In place of `audio`: there is one reader. */
  async *samples(): AsyncGenerator<Int16Array, void, undefined> {
    const decoder = new SoundDecoder(this.format);
    for await (const frame of this.audio) yield decoder.decode(frame);
  }

  /** Hears events of this call. What a listener throws, or rejects with, becomes a `fault` of the session. Returns what takes it away. */
  on<E extends keyof VoiceSessionEvents>(event: E, listener: (data: VoiceSessionEvents[E]) => unknown): () => void {
    if (event === "ended") return this.#once(event, this.ended, listener as (end: SessionEnd) => unknown);
    if (event === "draining") return this.#once(event, this.#draining, listener as (notice: DrainNotice) => unknown);
    const name = ({ dtmf: "dtmf", hangup: "call.hangup", info: "audio.info" } as const)[event as "dtmf"];
    return this.session.on(name, listener as (data: EventData<"dtmf">) => unknown);
  }

  /** Of the agent's sound, handed to the connection since the call began. */
  get agentBytes(): number {
    return this.#output?.sentBytes ?? 0;
  }

  /** Listens to both sides. Returns what takes it away. */
  tapSound(tap: SoundTap): () => void {
    return this.#taps.add(tap);
  }

  /** Tells the agent that the server shuts down. */
  announceDraining(notice: DrainNotice): void {
    this.#announceDraining(notice);
  }

  /** The next key, in the order they were pressed. Undefined: none in time, or the call is over. */
  nextDigit(options?: NextDigitOptions): Promise<string | undefined> {
    return this.#digits.next(options);
  }

  forgetDigits(): void {
    this.#digits.clear();
  }

  /** Sends sound, paced unless told otherwise: see `AudioOutput.speak`. */
  speak(bytes: Uint8Array, options?: SpeakOptions): Promise<SpeakResult> {
    return this.output.speak(bytes, options);
  }

  /** Takes back all sound that the caller has not heard, here and on the voice side. Sound that is sent from now on is not touched. */
  async clear(options?: RequestOptions): Promise<ClearResult> {
    const { sentBytes, utteranceBytes } = this.output;
    const unsentBytes = this.output.discard();
    const here = (this.session.transport ?? this.#transport).takeBack?.() ?? 0;
    this.#clearedBytes += here;
    const there = await this.session.request("audio.buffer.clear", {}, options);
    const len = here + there.len;
    this.#clearedBytes += there.len;
    this.#taps.takenBack(sentBytes - len, sentBytes);
    const heardMs = (Math.max(0, utteranceBytes - len) * 1000) / this.format.bytesPerSecond;
    return { len, sentBytes, playedBytes: sentBytes - this.#clearedBytes, heardMs, unsentBytes };
  }

  async setVariables(data: JsonObject): Promise<void> {
    await this.session.request("session.set", { data });
  }

  /** All of them where no key is named; those nobody set are left out. */
  getVariables(keys: readonly string[] = []): Promise<Result<"session.get">> {
    return this.session.request("session.get", { keys: [...keys] });
  }

  /** Returns the identifier that stops it. */
  async startRecording(tags?: readonly string[]): Promise<string> {
    const { id } = await this.session.request("recording.start", tags ? { tags: [...tags] } : {});
    return id;
  }

  async stopRecording(id: string): Promise<void> {
    await this.session.request("recording.stop", { id });
  }

  /** Somebody began to speak: `receiver` is the caller's side. */
  speechStarted(origin: "sender" | "receiver" = "receiver"): void {
    this.session.emit("audio.speech.started", { origin });
  }

  toolCall(name: string): void {
    this.session.emit("agent.tool.call", { name });
  }

  /** One finished utterance of the caller. */
  callerSaid(text: string): void {
    this.session.emit("input.transcript", { delta: text });
  }

  /** A piece of what the agent says. */
  agentSays(text: string): void {
    this.session.emit("output.transcript.delta", { delta: text });
  }

  /** The agent's utterance is complete; with a text, that text is what was said in the end. */
  agentSaid(text?: string): void {
    this.session.emit("output.transcript.done", text === undefined ? {} : { text });
  }

  ping(): Promise<{ readonly rttMs: number }> {
    return this.session.ping();
  }

  /** Hands the call to another application. Resolves with the next one where the voice side names it; the call here is over then. */
  async move(target: { readonly applicationId?: string; readonly reason?: string } = {}): Promise<string | undefined> {
    const { applicationId, reason } = target;
    const params = { ...defined("reason", reason), ...defined("application_id", applicationId) };
    const { next_application_id } = await this.session.request("application.move", params);
    return next_application_id;
  }

  /** Ends the call in good order, whatever the other side does. */
  hangUp(reason = "hangup"): Promise<SessionEnd> {
    return this.session.hangUp(reason);
  }

  #once<T>(name: string, happened: Promise<T>, listener: (data: T) => unknown): () => void {
    let wanted = true;
    happened
      .then((data) => (wanted ? listener(data) : undefined))
      .catch((error: unknown) => this.session.dispatchEvent(new SessionFaultEvent(error, name)));
    return () => {
      wanted = false;
    };
  }

  #offered(): Params<"session.initialize"> {
    if (!this.#offer) throw new Error("The voice side has not introduced this call yet.");
    return this.#offer;
  }

  #initialize(params: Params<"session.initialize">, codecs: readonly string[] | undefined): Codec | null {
    this.#offer = params;
    const codec = pickCodec(params.audio_codec_offerings, codecs);
    if (codec) this.#format = callFormat(codec);
    return codec;
  }
}

/** An optional property, absent where its value is undefined. */
function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
