import { randomUUID } from "node:crypto";
import { type Codec, type JsonObject, parseCodec, profiles } from "../protocol/index.ts";
import { type Clock, Session, type SessionEnd, type SessionTap, systemClock } from "../session/index.ts";
import { AudioInput } from "./audio-input.ts";
import { AudioOutput } from "./audio-output.ts";
import { type CallFormat, callFormat } from "./call-format.ts";
import { checkOptions, OptionError, type Rule, rules } from "./check-options.ts";
import { connectNodeWebSocket, type NodeWebSocketOptions } from "./connect-node-websocket.ts";
import { Loudspeaker } from "./loudspeaker.ts";
import { type SoundTap, SoundTaps } from "./sound-taps.ts";

/** Of `placeCall`: a call that Node makes as the voice side, where it is connected to, and what it says about itself. */
export interface PlaceCallOptions extends NodeWebSocketOptions {
  /** What the call asks for: `application.id`. */
  readonly application?: string;
  readonly from?: string;
  readonly to?: string;
  /** Default: a new one. */
  readonly callId?: string;
  readonly metadata?: JsonObject;
  /** Identifiers, preferred first. Default: all that we speak. */
  readonly codecs?: readonly string[];
  readonly requestTimeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Looks on: a `SessionRecorder`. */
  readonly tap?: SessionTap;
}

const maxQueuedFrames = 500;
/** How long a key is held, and how long nothing is pressed after it (ITU-T Q.24 asks for 40 ms each). */
const [keyMs, keyPauseMs] = [100, 100];

const optionRules = {
  profiles: rules.texts,
  codecs: rules.texts,
  connectTimeoutMs: rules.time,
  requestTimeoutMs: rules.time,
} as const satisfies Partial<Record<keyof PlaceCallOptions, Rule>>;

/**
 * The voice side in Node, for tools and tests: a caller whose microphone and loudspeaker are bytes. Made by `placeCall`; active from then on. Keeps
 * variables, takes back what it was not played yet, and lets itself be moved and hung up.
 */
export class VoiceCaller {
  readonly session: Session;
  /** The agent's sound, encoded, as it comes. */
  readonly audio = new AudioInput(maxQueuedFrames);
  /** Without prototype: the application chooses the keys. */
  readonly variables: JsonObject = Object.create(null) as JsonObject;
  readonly clock: Clock;
  readonly #taps: SoundTaps;
  #format: CallFormat | undefined;
  #output: AudioOutput | undefined;
  #loudspeaker: Loudspeaker | undefined;
  #initializeMs = 0;
  #presses = 0;

  /** See `placeCall`. */
  constructor(options: PlaceCallOptions) {
    const { clock = systemClock, requestTimeoutMs, signal, tap } = options;
    this.clock = clock;
    this.session = new Session({
      role: "voice",
      transport: connectNodeWebSocket(options),
      clock,
      ...(signal && { signal }),
      ...(tap && { tap }),
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
      onFrame: (frame) => {
        this.#loudspeaker?.play(frame.byteLength);
        this.#taps.agent(frame);
        this.audio.push(frame);
      },
    });
    this.#taps = new SoundTaps(this.session);
    this.#answerRequests();
    void this.session.ended.then(() => {
      this.audio.end();
      this.#output?.end();
    });
  }

  /** Connects and introduces the call. Rejects, with nothing left open, where it does not become active. */
  async start(options: PlaceCallOptions): Promise<this> {
    const { application = "", from = "", to = "", callId = randomUUID(), metadata = null } = options;
    const codecs = (options.codecs ?? profiles[0]!.codecs).map(parseCodec);
    await this.session.start();
    const askedAt = this.clock.now();
    await this.session.initialize({
      application: { id: application },
      call: { id: callId, session_id: randomUUID(), from, to },
      codecs,
      metadata,
      prepare: (codec) => {
        this.#initializeMs = this.clock.now() - askedAt;
        if (codec) this.#openSound(codec);
      },
    });
    return this;
  }

  get hasAudio(): boolean {
    return this.#format !== undefined;
  }

  /** The agreed format; throws for a call without sound. */
  get format(): CallFormat {
    if (!this.#format) throw new Error("This call has no audio.");
    return this.#format;
  }

  /** The microphone; throws for a call without sound. */
  get output(): AudioOutput {
    if (!this.#output) throw new Error("This call has no audio.");
    return this.#output;
  }

  /** From the first request of the session to its answer. */
  get initializeMs(): number {
    return this.#initializeMs;
  }

  /** Received from the agent. */
  get receivedBytes(): number {
    return this.#loudspeaker?.receivedBytes ?? 0;
  }

  /** Of it, what a loudspeaker would have played by now. */
  get playedBytes(): number {
    return this.#loudspeaker?.playedBytes ?? 0;
  }

  /** Of the agent's sound, what came since the call began. */
  get agentBytes(): number {
    return this.receivedBytes;
  }

  get ended(): Promise<SessionEnd> {
    return this.session.ended;
  }

  tapSound(tap: SoundTap): () => void {
    return this.#taps.add(tap);
  }

  /** Presses keys, one after the other. Resolves when the last one was released, or the call is over. */
  async press(digits: string): Promise<void> {
    if (!/^[0-9*#A-D]*$/i.test(`${digits}`)) throw new OptionError("digits", "Keys are 0 to 9, *, # and A to D.");
    for (const digit of digits) {
      const pressedAt = Math.round(this.clock.now());
      await this.#wait(keyMs);
      const seq = this.#presses++;
      this.session.emit("dtmf", { seq, pressed_at: pressedAt, released_at: pressedAt + keyMs, digit });
      await this.#wait(keyPauseMs);
    }
  }

  ping(): Promise<{ readonly rttMs: number }> {
    return this.session.ping();
  }

  hangUp(reason = "hangup"): Promise<SessionEnd> {
    return this.session.hangUp(reason);
  }

  #openSound(codec: Codec): void {
    this.#format = callFormat(codec);
    this.#loudspeaker = new Loudspeaker(this.#format, this.clock);
    const transport = this.session.transport!; // it is connected
    this.#output = new AudioOutput(transport, this.#format, this.clock, (bytes) => this.#taps.caller(bytes));
  }

  #answerRequests(): void {
    const { session } = this;
    session.handle("audio.buffer.clear", () => {
      const len = this.#loudspeaker?.clear() ?? 0;
      this.#taps.takenBack(this.receivedBytes - len, this.receivedBytes);
      return { len };
    });
    session.handle("session.set", ({ data }) => void Object.assign(this.variables, data));
    session.handle("session.get", ({ keys }) => {
      const all = Object.entries(this.variables);
      return Object.fromEntries(keys.length === 0 ? all : all.filter(([key]) => keys.includes(key)));
    });
    session.handle("application.move", () => ({}));
    session.handle("call.hangup", () => {});
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }
}

/** Calls a voice server from Node. Resolves when the call is active; rejects, with nothing left open, where it does not become so. */
export async function placeCall(options: PlaceCallOptions): Promise<VoiceCaller> {
  checkOptions("placeCall", options, optionRules);
  return new VoiceCaller(options).start(options);
}
