import { type AudioStats, CallAudio, type DeviceManager, type MediaEnds, Pulse, pageDevices } from "../audio/index.ts";
import { type Codec, type EventData, type EventName, type JsonObject, ProtocolError } from "../protocol/index.ts";
import type { TypedEventTarget } from "../session/index.ts";
import {
  CallBridgeEvent,
  CallCaptionEvent,
  CallDtmfEvent,
  type CallEnd,
  CallEndedEvent,
  type CallEventMap,
  CallInterruptedEvent,
  CallLevelEvent,
  CallMuteEvent,
  CallPartyEvent,
  CallPressEvent,
  CallQualityEvent,
  CallRecordingEvent,
  CallRecordingRequestEvent,
  CallSpeechEvent,
  CallStateEvent,
  CallToolEvent,
  CallTrackEvent,
  CallVariablesEvent,
  type CallWarning,
} from "./call-events.ts";
import type { CallLine, CallParty } from "./call-line.ts";
import type { CallAudioPort, CallOptions } from "./call-options.ts";
import { type CallRecording, CallRecordings } from "./call-recordings.ts";
import { type CallEndState, type CallState, move } from "./call-state.ts";
import type { CallStats } from "./call-stats.ts";
import { CallWarnings } from "./call-warnings.ts";
import { type Caption, Captions } from "./captions.ts";
import { defaultCodecs, formatOf, offerCodecs } from "./codecs.ts";
import { Destinations } from "./destinations.ts";
import { type DtmfPress, DtmfSender, type DtmfTiming } from "./dtmf-sender.ts";
import type { FlightRecorder, FlightRecordOptions } from "./flight-recorder.ts";
import { failure, Line, type LineHost } from "./line.ts";
import { watchPage } from "./page-watch.ts";
import type { QualityMeter } from "./quality-meter.ts";
import { findToken, leaveToken, type ResumeToken } from "./resume-token.ts";
import { VoiceError } from "./voice-error.ts";

/** Time between two looks at statistics and round trip while a call is on. */
const QUALITY_INTERVAL_MS = 2000;
/** How long a call waits for the script that keeps its record. */
const RECORDER_WAIT_MS = 1000;

const CallEvents = EventTarget as new () => TypedEventTarget<CallEventMap>;

/** Who holds a call. */
export interface CallHold {
  readonly here: boolean;
  readonly there: boolean;
}

/**
 * One voice call from this page to an RTVBP application, or to a person (see `Client`): microphone, loudspeaker, session, and what a person would do with them. Headless;
 * constructing touches no device and opens nothing. Every call ends exactly once, with `ended`, whatever happens, and gives everything back
 * before it says so. One object is one call: to call again make another.
 */
export class Call extends CallEvents {
  readonly id: string;
  readonly #options: CallOptions;
  readonly #resumed: ResumeToken | undefined;
  readonly #abort = new AbortController();
  readonly #captions = new Captions();
  readonly #variables = new Map<string, unknown>();
  readonly #warnings = new CallWarnings((event) => void this.dispatchEvent(event));
  readonly #destinations: Destinations;
  readonly #dtmf: DtmfSender;
  readonly #recordings = new CallRecordings();
  #flight: FlightRecorder | undefined;
  #state: CallState = "idle";
  #starting: Promise<void> | undefined;
  #ending: Promise<CallEnd> | undefined;
  #end: CallEnd | undefined;
  #audio: CallAudioPort | undefined;
  #line: CallLine | undefined;
  #held: CallHold = { here: false, there: false };
  /** Keys that were released while there was no connection. */
  #unsent: DtmfPress[] = [];
  #unwatch: () => void = () => undefined;
  #codec: Codec | undefined;
  #muted = false;
  #bridged = false;
  #volume = 1;
  #connectedAt: number | undefined;
  #meter: Promise<QualityMeter | undefined> | undefined;
  #qualityPulse: Pulse | undefined;

  /** @param taken from `resume` only. */
  constructor(options: CallOptions = {}, taken?: ResumeToken) {
    super();
    this.#options = options;
    this.#resumed = taken;
    this.id = taken?.callId ?? options.id ?? crypto.randomUUID();
    this.#muted = taken?.muted ?? false;
    this.#destinations = new Destinations(options, ({ message }) => {
      const action = "Serve worker.js and set workerUrl, or allow blob: in worker-src.";
      this.#warn({ code: "transport-main-thread", message, action });
    });
    this.#dtmf = new DtmfSender(
      (press) => this.#sendPress(press),
      (digit, ms) => this.#audio?.playDigit(digit, ms),
      this.#abort.signal,
      taken?.presses,
    );
  }

  /** The identifier of the call that this page can take up again after it was loaded again; undefined where there is none. */
  static resumable(): string | undefined {
    return findToken()?.callId;
  }

  /**
   * The call that was on, with `resume: "reload"`, when this page was last unloaded: the same `id`, muted as it was. Start it like any other.
   * `options` as for a new call: credentials are not kept. Undefined where there is none; each can be had once.
   */
  static resume(options: CallOptions = {}): Call | undefined {
    const token = findToken("take");
    return token && new Call(options, token);
  }

  get state(): CallState {
    return this.#state;
  }

  /** Whether silence is sent in place of the microphone: what the audio thread confirmed, not what was asked for. */
  get muted(): boolean {
    return this.#muted;
  }

  /** When it became active, epoch milliseconds. */
  get connectedAt(): number | undefined {
    return this.#connectedAt;
  }

  /** What was said, oldest first; a new array at every change. */
  get captions(): readonly Caption[] {
    return this.#captions.all;
  }

  /** Set once the call is over. */
  get ended(): CallEnd | undefined {
    return this.#end;
  }

  /** Whom the call is with, where that is a person. */
  get party(): CallParty | undefined {
    return this.#line?.party;
  }

  /** Who holds the call; its state is `held` while anybody does. */
  get held(): CallHold {
    return this.#held;
  }

  get warnings(): readonly CallWarning[] {
    return this.#warnings.all;
  }

  /** Call variables, which the application reads and sets with `session.get` and `session.set`. */
  get variables(): ReadonlyMap<string, unknown> {
    return this.#variables;
  }

  /** The codec both sides agreed on. */
  get codec(): Codec | undefined {
    return this.#codec;
  }

  /** What is heard, to connect a meter or a recorder to; a node of the page's shared AudioContext. */
  get outputNode(): AudioNode | undefined {
    return this.#audio?.outputNode;
  }

  /**
   * Asks for the microphone, connects, and resolves when sound goes both ways. Call it from a click. Idempotent: a second call returns the
   * first one's promise. Rejects with `VoiceError`, after `ended`.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Ends the call, or gives up starting it. Idempotent; resolves when everything is given back. */
  async hangUp(reason = "normal"): Promise<void> {
    if (this.#state === "idle") this.#starting = Promise.reject(abandoned());
    this.#starting?.catch(() => undefined);
    await this.#finish({ reason: `${reason}`, by: "local" });
  }

  /** Resolves when the audio thread sends silence (or sound again). Throws `VoiceError` when the call is over. */
  async setMuted(muted: boolean): Promise<void> {
    this.#assertNotOver();
    await this.#audio?.setMuted(muted);
    if (this.#muted === muted) return;
    this.#muted = muted;
    this.dispatchEvent(new CallMuteEvent(muted));
  }

  /** Whether it sends and is heard by a conference, in place of microphone and loudspeaker. */
  get bridged(): boolean {
    return this.#bridged;
  }

  /**
   * For conferences: sends `source` in place of the microphone and takes the call off the loudspeaker, until it is undefined. Resolves with where
   * the sound of the other side is. Throws `VoiceError` `call-state` while there is no sound, and when the call is over.
   */
  async bridge(source: AudioNode | undefined): Promise<AudioNode> {
    const audio = this.#ending ? undefined : this.#audio;
    if (!audio?.bridge || !audio.receivedNode) {
      throw notConnected();
    }
    await audio.bridge(source).catch(rethrow);
    if (this.#bridged !== (source !== undefined)) {
      this.#bridged = !this.#bridged;
      this.dispatchEvent(new CallBridgeEvent(this.#bridged));
    }
    return audio.receivedNode;
  }

  get volume(): number {
    return this.#volume;
  }

  /** Of the loudspeaker, 0 to 1. */
  setVolume(volume: number): void {
    this.#volume = Math.min(Math.max(Number(volume) || 0, 0), 1);
    this.#audio?.setVolume(this.#volume);
  }

  /** Microphones and loudspeakers, and which are chosen: for all calls of the page, unless this one was given its own. */
  get devices(): DeviceManager {
    return this.#options.devices ?? pageDevices();
  }

  /** `id` of one of `devices.microphones`, or "" for the system's default. Throws `VoiceError`; then everything stays as it was. */
  async setMicrophone(id: string): Promise<void> {
    await this.devices.setMicrophone(id).catch(rethrow);
  }

  /** `id` of one of `devices.speakers`, or "" for the system's default. Throws `VoiceError`; then everything stays as it was. */
  async setSpeaker(id: string): Promise<void> {
    await this.devices.setSpeaker(id).catch(rethrow);
  }

  /** Presses keys one after the other; resolves when the last was released. Throws `VoiceError` `dtmf-digit` or `call-state`. */
  async sendDtmf(digits: string, timing?: DtmfTiming): Promise<void> {
    if (!isConnected(this.#state) && this.#state !== "reconnecting") throw notConnected();
    return this.#dtmf.send(digits, { ...this.#options.dtmf, ...timing });
  }

  /**
   * Lets the other side wait: it hears `holdSound` in place of the microphone, and nothing of it is heard here. Resolves when that is so. Throws
   * `VoiceError` `call-state` where it is not connected.
   */
  async hold(): Promise<void> {
    await this.#holdHere(true);
  }

  /** Talks on. Where the other side holds the call, too, it stays `held` until that one does the same. */
  async resume(): Promise<void> {
    await this.#holdHere(false);
  }

  /**
   * Lets the other side talk to `target` instead. Blind, it calls there by itself; attended, it takes the place of this page in that call, which is
   * with the target already. Resolves when they talk, and this call is over. Rejects with `VoiceError`, and goes on, where they do not.
   */
  async transfer(target: string, { attended }: { attended?: Call } = {}): Promise<void> {
    if (!isConnected(this.#state)) throw notConnected();
    if (!this.#line?.transfer) throw unsupported();
    await this.#line.transfer(target, attended).catch(rethrow);
  }

  /** Sends one more track beside the conversation; the other side hears of it by `track`. Returns what stops that. Throws `VoiceError`. */
  addTrack(track: MediaStreamTrack): () => void {
    if (!isConnected(this.#state)) throw notConnected();
    if (!this.#line?.addTrack) throw unsupported();
    return this.#line.addTrack(track);
  }

  /** Lets sound run again after the browser held it back; call it from a click. Rejects with `media-autoplay`. */
  async resumeAudio(): Promise<void> {
    await this.#audio?.resume().catch(rethrow);
  }

  /**
   * Records both sides in the memory of this page; throws `VoiceError` `call-state` before there is sound. Returns the recording's identifier.
   * Ask everybody first: the law of most places wants their consent. What still runs when the call ends is finished then.
   */
  startRecording(tags: readonly string[] = []): string {
    const audio = this.#audio;
    if (!audio || this.#ending) throw noRecording();
    const id = this.#recordings.start(audio.conversation(), tags);
    this.dispatchEvent(new CallRecordingEvent(id, tags));
    return id;
  }

  /** What is said while it is paused is left out. Throws `VoiceError` `call-state` where there is no such recording (any more). */
  pauseRecording(id: string, paused: boolean): void {
    if (!this.#recordings.pause(id, paused)) throw noRecording();
  }

  /** Finishes it. Throws `VoiceError` `call-state` where there is no such recording (any more). */
  async stopRecording(id: string): Promise<CallRecording> {
    const recording = await this.#recordings.stop(id);
    if (!recording) throw noRecording();
    this.dispatchEvent(new CallRecordingEvent(id, recording.tags, recording.blob));
    return recording;
  }

  /** Sets variables the application may read. */
  setVariables(data: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(data ?? {})) this.#variables.set(key, value);
  }

  /** Asks the other side at once; its answer's round trip, milliseconds. Throws `VoiceError`, `call-state` while there is no connection. */
  async ping(): Promise<number> {
    if (!this.#line) throw notConnected();
    return this.#line.ping().catch(rethrow);
  }

  async stats(): Promise<CallStats> {
    const [audio, line] = await Promise.all([this.#readAudio(), this.#line?.stats()]);
    const rttMs = line?.rttMs;
    const rating = await this.#rating(audio, rttMs);
    return {
      codec: this.#codec?.id,
      profile: line?.profile,
      durationMs: this.#connectedAt === undefined ? 0 : Date.now() - this.#connectedAt,
      rttMs,
      delay: rating?.delay,
      quality: rating?.quality,
      audio,
      transport: line?.transport,
      network: line?.network,
    };
  }

  /** Whether there is something for `flightRecord()` to give. */
  get hasFlightRecord(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * One file of the call so far, also after its end, for whoever has to find out what happened: control messages (without credentials and
   * session descriptions), states, levels, quality, warnings. `voicebridge inspect` prints it, `<voice-replay>` shows it. Throws `VoiceError`
   * `call-state` where none is kept.
   */
  async flightRecord(options?: FlightRecordOptions): Promise<Blob> {
    if (!this.#flight)
      throw new VoiceError("call-state", "No record of this call is kept.", "Start it, with flightRecord: true.");
    return this.#flight.blob(options);
  }

  async #start(): Promise<void> {
    if (this.#state !== "idle") throw abandoned();
    this.#to("initiating");
    const recording = this.#keepRecord();
    try {
      const line = this.#options.line?.(this.#host, this) ?? this.#makeLine();
      this.#line = line;
      const { microphone = {}, assets = {}, openAudio = CallAudio.open } = this.#options;
      const audio = await openAudio({ microphone, assets, devices: this.devices, signal: this.#abort.signal });
      await recording;
      if (this.#ending) {
        await audio.close();
        throw abandoned();
      }
      this.#audio = audio;
      this.#watch(audio);
      if (this.#muted) await audio.setMuted(true);
      this.#watchPage();
      await line.open();
    } catch (thrown) {
      if (this.#ending) {
        await this.#ending;
        throw this.#end?.error ?? abandoned();
      }
      await this.#finish(failure(thrown));
      throw VoiceError.from(thrown);
    }
  }

  /** A record that cannot be had in time keeps nobody from calling: then it begins later, or there is none. */
  async #keepRecord(): Promise<void> {
    if (!(this.#options.flightRecord ?? "document" in globalThis)) return;
    const kept = import("./flight-recorder.ts").then(({ FlightRecorder }) => {
      this.#flight = new FlightRecorder(this, this.#options.tap);
    });
    const enough = new Promise((resolve) => setTimeout(resolve, RECORDER_WAIT_MS));
    await Promise.race([kept.catch(() => undefined), enough]);
  }

  #makeLine(): Line {
    const { from = "browser", to, metadata, codecs = defaultCodecs, reconnect = {} } = this.#options;
    const tap = () => this.#flight ?? this.#options.tap;
    return new Line(this.#host, {
      destination: this.#destinations.first(this.#resumed),
      call: { id: this.id, from },
      to,
      codecs: offerCodecs(codecs),
      metadata: (metadata ?? null) as JsonObject | null,
      reconnect,
      resumed: this.#resumed,
      get tap() {
        return tap();
      },
    });
  }

  readonly #host: LineHost = {
    signal: this.#abort.signal,
    prepareAudio: async (codec): Promise<MediaEnds> => {
      if (!this.#audio) throw abandoned();
      const ends = await this.#audio.start(formatOf(codec));
      this.#audio.setVolume(this.#volume);
      return ends;
    },
    prepareTracks: async (tracks) => {
      if (!this.#audio?.startTracks) throw abandoned();
      const track = await this.#audio.startTracks(tracks);
      this.#audio.setVolume(this.#volume);
      return track;
    },
    releaseAudio: () => this.#audio?.hold(),
    clearAudio: async (positionBytes) => {
      if (!this.#audio) return 0;
      const { removedBytes, heardMs } = await this.#audio.flush(positionBytes);
      this.dispatchEvent(new CallInterruptedEvent(removedBytes, heardMs));
      return removedBytes;
    },
    setVariables: (data) => {
      this.setVariables(data);
      this.dispatchEvent(new CallVariablesEvent(data));
    },
    getVariables: (keys) => {
      const wanted = keys.length > 0 ? keys.filter((key) => this.#variables.has(key)) : [...this.#variables.keys()];
      return Object.fromEntries(wanted.map((key) => [key, this.#variables.get(key)])) as JsonObject;
    },
    startRecording: async (tags) => {
      const allowed = this.dispatchEvent(new CallRecordingRequestEvent(tags));
      if (!allowed || !this.#audio) throw new ProtocolError("recording refused", { status: 403 });
      return this.startRecording(tags);
    },
    stopRecording: async (id) => {
      await this.stopRecording(id).catch(() => {
        throw new ProtocolError(`there is no recording ${id}`, { status: 404 });
      });
    },
    destinationOf: (applicationId) => this.#destinations.redirected(applicationId),
    heard: (name, data) => this.#hear(name, data),
    progress: (state) => this.#state !== state && this.#to(state),
    heldThere: (there) => this.#hold({ ...this.#held, there }),
    pressed: (digit, audible = false) => {
      if (!audible) this.#audio?.playDigit(digit);
      this.dispatchEvent(new CallPressEvent(digit));
    },
    track: (track) => this.dispatchEvent(new CallTrackEvent(track)),
    partyChanged: (party) => this.dispatchEvent(new CallPartyEvent(party)),
    away: (why) => {
      const open = this.#captions.agentDone(undefined, Date.now()); // nobody will finish it
      if (open) this.dispatchEvent(new CallCaptionEvent(open));
      this.#to(why === "lost" ? "reconnecting" : "transferring");
    },
    back: (codec) => this.#connected(codec),
    over: (end) => void this.#finish(end),
  };

  #connected(codec: Codec): void {
    if (this.#ending) return;
    this.#codec = codec;
    if (this.#connectedAt === undefined) {
      this.#connectedAt = Date.now();
      this.#qualityPulse = new Pulse(QUALITY_INTERVAL_MS, () => void this.#rate().catch(() => undefined));
    }
    this.#to(this.#resting);
    for (const press of this.#unsent.splice(0)) this.#sendPress(press);
  }

  async #holdHere(here: boolean): Promise<void> {
    if (!isConnected(this.#state)) throw notConnected();
    if (this.#held.here === here) return;
    this.#hold({ ...this.#held, here });
    await this.#audio?.setHeld?.(here ? (this.#options.holdSound ?? "silence") : undefined).catch((error) => {
      if (this.#held.here === here) this.#hold({ ...this.#held, here: !here }); // it is as it was
      rethrow(error);
    });
    this.#line?.setHeld?.(here);
  }

  /** What to be while there is a connection. */
  get #resting(): "active" | "held" {
    return this.#held.here || this.#held.there ? "held" : "active";
  }

  #hold(held: CallHold): void {
    this.#held = held;
    if (isConnected(this.#state) && this.#state !== this.#resting) this.#to(this.#resting);
  }

  #watchPage(): void {
    this.#unwatch = watchPage({
      changed: () => this.#line?.wake(),
      hidden: (kept) => {
        if (kept || this.#line?.kept) return; // as it is: when it is shown again, the connection is looked at
        const whereabouts = this.#line?.whereabouts ?? this.#resumed;
        if (this.#options.resume !== "reload" || !whereabouts) void this.hangUp("page closed");
        else leaveToken({ ...whereabouts, callId: this.id, muted: this.#muted, presses: this.#dtmf.presses });
      },
    });
  }

  #hear<E extends EventName>(name: E, data: EventData<E>): void {
    const now = Date.now();
    const caption = (line: Caption | undefined) => line && this.dispatchEvent(new CallCaptionEvent(line));
    switch (name) {
      case "input.transcript":
        caption(this.#captions.callerSaid((data as EventData<"input.transcript">).delta, now));
        break;
      case "output.transcript.delta":
        caption(this.#captions.agentDelta((data as EventData<"output.transcript.delta">).delta, now));
        break;
      case "output.transcript.done":
        caption(this.#captions.agentDone((data as EventData<"output.transcript.done">).text, now));
        break;
      case "agent.tool.call":
        this.dispatchEvent(new CallToolEvent((data as EventData<"agent.tool.call">).name));
        break;
      case "audio.speech.started":
        this.dispatchEvent(new CallSpeechEvent((data as EventData<"audio.speech.started">).origin));
        break;
    }
  }

  #sendPress(press: DtmfPress): void {
    if (this.#line?.press(press)) this.dispatchEvent(new CallDtmfEvent(press.digit));
    else this.#unsent.push(press);
  }

  #watch(audio: CallAudioPort): void {
    audio.addEventListener("level", ({ input, output }) => {
      this.dispatchEvent(new CallLevelEvent(input, output));
      this.#qualityPulse?.nudge();
    });
    const check = () => !this.#ending && this.#warnings.sound(audio.state, () => this.resumeAudio());
    audio.addEventListener("statechange", check);
    audio.addEventListener("warning", ({ warning }) => {
      const unmute = () => this.setMuted(false);
      this.#warn(warning.code === "media-muted-talking" ? { ...warning, resume: unmute } : warning);
    });
    audio.addEventListener("warningclear", ({ code }) => this.#warnings.clear(code));
    check();
  }

  #warn(warning: CallWarning): void {
    if (!this.#ending) this.#warnings.add(warning);
  }

  /** Asks the transport only where the line does not know the round trip by itself. */
  async #rate(): Promise<void> {
    const line = this.#line;
    const [audio, rttMs] = await Promise.all([
      this.#readAudio(),
      line?.rttMs ?? line?.stats().then((stats) => stats?.rttMs),
    ]);
    const quality = (await this.#rating(audio, rttMs))?.quality;
    if (quality && !this.#ending) this.dispatchEvent(new CallQualityEvent(quality));
  }

  async #rating(
    audio: AudioStats | undefined,
    rttMs: number | undefined,
  ): Promise<ReturnType<QualityMeter["rate"]> | undefined> {
    // In a script of its own: no call waits for it.
    this.#meter ??= import("./quality-meter.ts").then(
      (quality) => new quality.QualityMeter(),
      () => undefined,
    );
    return audio && (await this.#meter)?.rate(audio, rttMs, performance.now());
  }

  async #readAudio(): Promise<AudioStats | undefined> {
    return this.#ending ? undefined : this.#audio?.stats();
  }

  #to(next: CallState): void {
    const previous = this.#state;
    this.#state = move(previous, next);
    this.dispatchEvent(new CallStateEvent(next, previous));
  }

  #assertNotOver(): void {
    if (this.#ending) throw new VoiceError("call-state", "The call is over.", "Start a new call.");
  }

  /** The one way out. The microphone goes first, then the wire, and when nothing is open any more, the word. */
  #finish(end: CallEnd): Promise<CallEnd> {
    this.#ending ??= this.#tearDown(end);
    return this.#ending;
  }

  async #tearDown(end: CallEnd): Promise<CallEnd> {
    await undefined; // `#ending` is set from here on
    this.#unwatch();
    this.#qualityPulse?.stop();
    const last: CallEndState = lastState(this.#state, end);
    if (this.#connectedAt !== undefined && last === "terminated") this.#to("terminating");
    for (const recording of (await despite(() => this.#recordings.stopAll())) ?? []) {
      this.dispatchEvent(new CallRecordingEvent(recording.id, recording.tags, recording.blob));
    }
    const audioClosed = despite(() => this.#audio?.close());
    await despite(() => this.#line?.hangUp(end.reason));
    this.#abort.abort(end.error ?? new VoiceError("call-state", "The call is over.", "Start a new call."));
    await audioClosed;
    this.#bridged = false;
    this.#warnings.clearAll();
    this.#end = end;
    this.#to(last);
    this.dispatchEvent(new CallEndedEvent(end));
    return end;
  }
}

/** What cannot be given back is no reason not to end. */
const despite = async <T>(giveBack: () => T | Promise<T>): Promise<T | undefined> => {
  try {
    return await giveBack();
  } catch {
    return undefined;
  }
};

const noRecording = () =>
  new VoiceError("call-state", "There is no such recording.", "Start one while the call is connected.");

const rethrow = (error: unknown): never => {
  throw VoiceError.from(error);
};

const notConnected = () =>
  new VoiceError("call-state", "The call is not connected.", "Wait until the call is connected.");

const unsupported = () =>
  new VoiceError("call-unsupported", "Calls of this kind cannot do that.", "Do it in a call with a person.");

const isConnected = (state: CallState): boolean => state === "active" || state === "held";

const abandoned = () => new VoiceError("call-cancelled", "The call was ended before it was connected.", "Call again.");

const unanswered: readonly CallState[] = ["idle", "initiating", "queued", "ringing", "connecting"];

/** An end before anybody spoke is `cancelled` by the person or `failed`; afterwards `terminated`, or `failed` where an error ended it. */
function lastState(state: CallState, { by, error }: CallEnd): CallEndState {
  if (by === "local" && unanswered.includes(state)) return "cancelled";
  return error ? "failed" : "terminated";
}
