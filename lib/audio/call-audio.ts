import type { CallFigures } from "../../worklets/messages.ts";
import type { AudioFormat, FlushResult, Level } from "../core/index.ts";
import { type AudioAssets, addWorklet, loadCore } from "./assets.ts";
import { AudioError, throwIfAborted } from "./audio-error.ts";
import {
  AudioLevelEvent,
  type AudioState,
  AudioStateEvent,
  type AudioWarningClearEvent,
  type AudioWarningEvent,
  CallAudioEvents,
  MicrophoneEndedEvent,
} from "./audio-events.ts";
import type { AudioStats } from "./audio-stats.ts";
import type { CallRoute } from "./call-route.ts";
import type { DeviceCare } from "./device-care.ts";
import { type DeviceManager, pageDevices } from "./devices.ts";
import type { HoldSound } from "./hold-sound.ts";
import { dtmfFrequencies, playSines } from "./local-tone.ts";
import { FRAME_MS, type MediaEnds, MediaLink } from "./media-link.ts";
import { isStream, Microphone, type MicrophoneOptions } from "./microphone.ts";
import { MicrophoneInput } from "./microphone-input.ts";
import { outputDelayMs } from "./output-delay.ts";
import { type ContextLease, leaseContext } from "./shared-context.ts";
import { setSink } from "./speaker.ts";
import type { MediaTracks, TrackLink } from "./track-link.ts";

export interface CallAudioOptions {
  /** A microphone by constraints (asks for permission), a stream of your own (stays yours), or false for listening only. */
  readonly microphone?: MicrophoneOptions | MediaStream | false;
  readonly assets?: AudioAssets;
  /** Chooses the devices, and keeps them working; the page's own by default. A stream that was handed in is left alone. */
  readonly devices?: DeviceManager;
  /** Gives up opening; nothing is left open. */
  readonly signal?: AbortSignal;
}

const STATS_AGE_MS = 1000;
const VOLUME_SLEW_SECONDS = 0.01;
/** How long a browser that waits for a click takes to show it: its `resume()` just stays pending. */
const RESUME_DEADLINE_MS = 1000;
const GIVE_UP_LOADING_MS = 1000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Microphone and loudspeaker of one call. The samples never pass through this thread: a worklet on each side, with frame pipes that lead
 * straight to the thread of the socket. Page only; importable anywhere. Whoever opens it closes it.
 *
 *   microphone → spoken → sent → capture worklet → uplink pipe → socket thread
 *   socket thread → downlink pipe → playback worklet → received → volume → monitor → loudspeaker
 *
 * A hold or a bridge (call-route.ts) puts something else in place of the microphone, and takes the call off the loudspeaker.
 */
export class CallAudio extends CallAudioEvents {
  readonly #lease: ContextLease;
  readonly #wasm: Uint8Array<ArrayBuffer>;
  readonly #input: MicrophoneInput;
  /** Where the microphone came from, as far as the page knows. */
  #source: MicrophoneOptions | MediaStream | false;
  /** Undefined while its script is loading. */
  #care: DeviceCare | undefined;
  readonly #spoken: GainNode;
  readonly #sent: GainNode;
  readonly #received: GainNode;
  readonly #volume: GainNode;
  readonly #monitor: GainNode;
  #route: Promise<CallRoute> | undefined;
  #link: MediaLink | TrackLink | undefined;
  #recording: MediaStreamAudioDestinationNode | undefined;
  #conversation: { readonly spoken: GainNode; readonly mixed: MediaStreamAudioDestinationNode } | undefined;
  #muted = false;
  /** Whether the link sends silence; not always while muted: see CallRoute. */
  #silenced = false;
  #muting: Promise<unknown> = Promise.resolve();
  #levels: { readonly input: Level; readonly output: Level } = { input: silent, output: silent };
  #switching: Promise<void> = Promise.resolve();
  #stats: { readonly at: number; readonly stats: Promise<AudioStats> } | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Opens context, worklet, core and microphone. Call it straight from a click: the AudioContext is made and resumed before anything is
   * waited for. Where the browser still holds the sound back it succeeds with `state` "suspended": see `resume`. Rejects with AudioError.
   */
  static async open(options: CallAudioOptions = {}): Promise<CallAudio> {
    const { microphone: source = {}, assets = {}, devices = pageDevices(), signal } = options;
    throwIfAborted(signal);
    const lease = leaseContext();
    const microphone = source && (isStream(source) ? source : devices.microphoneOptions(source));
    const opening = microphone ? Microphone.open(microphone, signal) : undefined;
    const adding = addWorklet(lease.context, assets);
    try {
      const [opened, wasm] = await Promise.all([opening, loadCore(assets, signal), adding]);
      throwIfAborted(signal);
      return new CallAudio(lease, wasm, opened, devices, microphone);
    } catch (error) {
      opening?.then(
        (late) => late.close(),
        () => {},
      );
      // The context is not closed under a script that it is loading.
      const loaded = adding.catch(() => {});
      await Promise.race([loaded, pause(GIVE_UP_LOADING_MS)]);
      await lease.release();
      throw error;
    }
  }

  private constructor(
    lease: ContextLease,
    wasm: Uint8Array<ArrayBuffer>,
    microphone: Microphone | undefined,
    devices: DeviceManager,
    source: MicrophoneOptions | MediaStream | false,
  ) {
    super();
    this.#lease = lease;
    this.#wasm = wasm;
    this.#source = source;
    this.#input = new MicrophoneInput(lease.context, (track) => {
      this.dispatchEvent(new MicrophoneEndedEvent(track));
      this.#care?.trackEnded();
    });
    this.#input.use(microphone);
    this.#careFor(devices).catch(() => {}); // its script cannot be had: the call goes on with the devices it has
    const gain = () => new GainNode(lease.context);
    [this.#spoken, this.#sent, this.#received, this.#volume, this.#monitor] = [gain(), gain(), gain(), gain(), gain()];
    this.#input.connect(this.#spoken);
    this.#spoken.connect(this.#sent);
    this.#received.connect(this.#volume).connect(this.#monitor).connect(lease.context.destination);
    lease.context.addEventListener("statechange", this.#onState);
  }

  /**
   * Starts both directions in `format`. Hand the ends to the transport (its `connectMedia`) on this thread; they can be posted to a
   * Worker. Microphone frames wait in the uplink from here on. Started again, it goes on over another transport: in the same format what was
   * still to be played is played, and what was said since `hold` comes first; in another format both are dropped. Rejects with `csp-wasm`, `audio-format`, `audio-core` or `audio-closed`.
   */
  async start(format: AudioFormat): Promise<MediaEnds> {
    this.#assertOpen();
    const before = this.#link instanceof MediaLink ? this.#link : undefined;
    const { codec, sampleRate } = before?.format ?? {};
    if (before && codec === format.codec && sampleRate === format.sampleRate) return before.connect();
    this.#stopLink();
    const link = new MediaLink({
      context: this.#lease.context,
      wasm: this.#wasm,
      format,
      muted: this.#silenced,
      onLevel: this.#onLevel,
    });
    this.#use(link);
    link.input.connect(this.#lease.context.destination);
    const ends = link.connect();
    try {
      await link.ready;
    } catch (error) {
      link.close();
      if (this.#link === link) this.#link = undefined;
      throw error;
    }
    return ends;
  }

  /**
   * Starts both directions over a transport whose media are tracks, in place of `start`. Returns the track to send: the microphone, or
   * silence while it is muted or there is none. It ends with this, or with the next start.
   */
  async startTracks(tracks: MediaTracks): Promise<MediaStreamTrack> {
    const { TrackLink } = await import("./track-link.ts");
    this.#assertOpen();
    this.#stopLink();
    const { context } = this.#lease;
    const link = new TrackLink({ context, tracks, muted: this.#silenced, onLevel: this.#onLevel });
    this.#use(link);
    return link.track;
  }

  /** The transport is gone: what was received is still played, and the newest 3 s of the microphone are held until `start`. */
  hold(): void {
    this.#link?.hold();
  }

  /** Both sides of the call as one stream, for a MediaRecorder; silence for the microphone while it is muted. Made on first use. */
  conversation(): MediaStream {
    this.#assertOpen();
    if (!this.#conversation) {
      const { context } = this.#lease;
      const mixed = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
      const spoken = new GainNode(context, { gain: this.#silenced ? 0 : 1 });
      spoken.connect(mixed);
      this.#volume.connect(mixed);
      this.#sent.connect(spoken);
      this.#conversation = { spoken, mixed };
    }
    return this.#conversation.mixed.stream;
  }

  /** `closed` after `close`, else that of the page's AudioContext. */
  get state(): AudioState {
    return this.#closing ? "closed" : stateOf(this.#lease.context);
  }

  /** Lets the sound run again after `suspended` or `interrupted`; call it from a click. Rejects with `media-autoplay`. */
  async resume(): Promise<void> {
    this.#assertOpen();
    await Promise.race([this.#lease.context.resume().catch(() => {}), pause(RESUME_DEADLINE_MS)]);
    if (this.state === "running") return;
    throw new AudioError("media-autoplay", "The browser does not play sound on this page before a click.");
  }

  /** Whether silence is sent in place of the microphone; what the capture worklet last confirmed. */
  get muted(): boolean {
    return this.#muted;
  }

  /** Resolves when the capture worklet does it. Frames keep their cadence; the level keeps showing the microphone. */
  async setMuted(muted: boolean): Promise<void> {
    this.#assertOpen();
    if (this.#route) await (await this.#route).setMuted(muted);
    else {
      const muting = this.#silence(muted);
      this.#muting = muting.catch(() => {});
      muted = await muting;
    }
    this.#muted = muted;
  }

  /**
   * Sends `sound` in place of the microphone, and lets nothing of the call be heard, here or in a bridge, until it is undefined. Faded; goes on
   * over the next `start`.
   */
  async setHeld(sound: HoldSound | undefined): Promise<void> {
    await (await this.#routed()).hold(sound);
  }

  /**
   * Sends `source`, a node of `receivedNode.context`, in place of the microphone and takes the call off the loudspeaker, until it is undefined.
   * What comes from the other side is at `receivedNode`.
   */
  async bridge(source: AudioNode | undefined): Promise<void> {
    await (await this.#routed()).bridge(source);
  }

  /**
   * Silences what came before byte `positionBytes` of the downlink, counted from the last `start`, whether it has arrived or not. Returns the exact
   * bytes nobody will hear, and how much of the utterance was heard.
   */
  async flush(positionBytes: number): Promise<FlushResult> {
    this.#assertOpen();
    return this.#link ? this.#link.flush(positionBytes) : { removedBytes: 0, heardMs: 0 };
  }

  /** Of the loudspeaker, 0 to 1. */
  setVolume(volume: number): void {
    const { context } = this.#lease;
    this.#volume.gain.setTargetAtTime(Math.min(Math.max(volume, 0), 1), context.currentTime, VOLUME_SLEW_SECONDS);
  }

  /** Lets the person hear a key; nothing is sent. False for what is not a DTMF digit. */
  playDigit(digit: string, durationMs = 100): boolean {
    const frequencies = dtmfFrequencies(digit);
    if (!frequencies || this.state === "closed") return false;
    playSines(this.#lease.context, this.#volume, frequencies, durationMs);
    return true;
  }

  /** Opens another microphone (or none) and puts it in place of this one, which sounds until then. Stays as it is when that fails. */
  switchMicrophone(source: MicrophoneOptions | MediaStream | false): Promise<void> {
    return this.#switch(source).then(() => {
      this.#source = source;
      this.#care?.took(ownOptions(source));
    });
  }

  /** Plays on another device, for all calls of the page: `MediaDeviceInfo.deviceId`, or "" for the default. Rejects with AudioError. */
  async setSpeaker(deviceId: string): Promise<void> {
    this.#assertOpen();
    await setSink(this.#lease.context, deviceId);
  }

  /** The levels of the last `level` event. */
  get levels(): { readonly input: Level; readonly output: Level } {
    return this.#levels;
  }

  /** What comes from the other side, before the volume; silence while it is held. */
  get receivedNode(): AudioNode {
    return this.#received;
  }

  /** What is sent: the microphone, muted or not, or what a hold or a bridge puts in its place. */
  get sentNode(): AudioNode {
    return this.#sent;
  }

  /** What is heard, for meters, recorders and tests; to be connected to nodes of `outputNode.context`. */
  get outputNode(): AudioNode {
    return this.#volume;
  }

  /** What is heard, as a track for a MediaRecorder or an `<audio>` element. Made on first use. */
  get outputTrack(): MediaStreamTrack {
    this.#assertOpen();
    if (!this.#recording) {
      this.#recording = new MediaStreamAudioDestinationNode(this.#lease.context, { channelCount: 1 });
      this.#volume.connect(this.#recording);
    }
    return this.#recording.stream.getAudioTracks()[0]!;
  }

  /** Asks the worklets at most once a second; calls in between get the same answer. */
  stats(): Promise<AudioStats> {
    const now = performance.now();
    if (!this.#stats || now - this.#stats.at >= STATS_AGE_MS) this.#stats = { at: now, stats: this.#readStats() };
    return this.#stats.stats;
  }

  /** Total and idempotent: tracks stopped, nodes and ports gone, pending requests rejected, the context closed if nobody else uses it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#lease.context.removeEventListener("statechange", this.#onState);
    this.#care?.close();
    this.#input.close();
    this.#stopLink();
    this.#route?.then(
      (route) => route.close(),
      () => {},
    );
    for (const node of [this.#spoken, this.#sent, this.#received, this.#volume, this.#monitor]) node.disconnect();
    for (const made of [this.#recording, this.#conversation?.mixed]) {
      for (const track of made?.stream.getTracks() ?? []) track.stop();
    }
    this.#levels = { input: silent, output: silent };
    await this.#lease.release();
    this.dispatchEvent(new AudioStateEvent("closed"));
  }

  /** One switch after the other; the new microphone is open before the old one is dropped. */
  #switch(source: MicrophoneOptions | MediaStream | false): Promise<void> {
    const done = this.#switching.then(async () => {
      this.#assertOpen();
      const microphone = source ? await Microphone.open(source) : undefined;
      if (this.#closing) microphone?.close();
      this.#assertOpen();
      this.#input.use(microphone);
    });
    this.#switching = done.catch(() => {});
    return done;
  }

  /** In a script of its own: no call waits for it. */
  async #careFor(devices: DeviceManager): Promise<void> {
    const { DeviceCare } = await import("./device-care.ts");
    if (this.#closing) return;
    const cared = {
      context: this.#lease.context,
      input: this.#input,
      muted: () => this.#muted,
      switchMicrophone: (options: MicrophoneOptions) => this.#switch(options),
      setSpeaker: (id: string) => this.setSpeaker(id),
      report: (event: AudioWarningEvent | AudioWarningClearEvent) => void this.dispatchEvent(event),
    };
    this.#care = new DeviceCare(devices, cared, ownOptions(this.#source));
  }

  /** Of the whole direction, `conversation` included. */
  async #silence(silenced: boolean): Promise<boolean> {
    if (silenced) this.#letThrough(false);
    this.#silenced = this.#link ? await this.#link.setMuted(silenced) : silenced;
    this.#letThrough(!this.#silenced);
    return this.#silenced;
  }

  #letThrough(through: boolean): void {
    if (this.#conversation) this.#conversation.spoken.gain.value = through ? 1 : 0;
  }

  /** In a script of its own: most calls are neither held nor bridged. Rejects with `audio-closed`. */
  async #routed(): Promise<CallRoute> {
    this.#assertOpen();
    this.#route ??= import("./call-route.ts").then(async ({ CallRoute }) => {
      await this.#muting;
      const [context, silence] = [this.#lease.context, (silenced: boolean) => this.#silence(silenced)];
      const [spoken, sent, received, monitor] = [this.#spoken, this.#sent, this.#received, this.#monitor];
      return new CallRoute({ context, spoken, sent, received, monitor, silence }, this.#silenced);
    });
    const loading = this.#route;
    loading.catch(() => {
      if (this.#route === loading) this.#route = undefined;
    });
    const route = await loading;
    this.#assertOpen();
    return route;
  }

  #use(link: MediaLink | TrackLink): void {
    this.#link = link;
    this.#sent.connect(link.input);
    link.output.connect(this.#received);
  }

  #stopLink(): void {
    if (!this.#link) return;
    this.#sent.disconnect(this.#link.input);
    this.#link.close();
    this.#link = undefined;
  }

  async #readStats(): Promise<AudioStats> {
    const { context } = this.#lease;
    const figures: Partial<CallFigures> | undefined = await this.#link?.figures();
    return {
      state: this.state,
      sampleRate: context.sampleRate,
      link: this.#link?.kind,
      muted: this.#muted,
      microphone: this.#input.figures,
      captureMs: FRAME_MS,
      outputMs: outputDelayMs(context),
      capture: figures?.capture,
      playback: figures?.playback,
      downlink: figures?.downlink,
      loop: figures?.loop,
    };
  }

  readonly #onLevel = ({ input, output }: { readonly input: Level; readonly output: Level }): void => {
    this.#levels = { input, output };
    this.dispatchEvent(new AudioLevelEvent(input, output));
    this.#care?.awake();
  };

  readonly #onState = (): void => {
    this.dispatchEvent(new AudioStateEvent(this.state));
  };

  #assertOpen(): void {
    if (this.#closing) throw new AudioError("audio-closed", "The audio of this call is closed.");
  }
}

/** Of a microphone that is ours to open; undefined for a stream that was handed in, and for none. */
function ownOptions(source: MicrophoneOptions | MediaStream | false): MicrophoneOptions | undefined {
  return source && !isStream(source) ? source : undefined;
}

const silent: Level = { peak: 0, rms: 0 };

/** `interrupted` is WebKit's (and, by now, the standard's) fourth state. */
function stateOf(context: AudioContext): AudioState {
  return context.state as AudioState;
}
