import type { MixerReport } from "../../worklets/messages.ts";
import { throwIfAborted } from "./audio-error.ts";
import { CallAudio, type CallAudioOptions } from "./call-audio.ts";
import { type DeviceManager, pageDevices } from "./devices.ts";
import { isStream, type MicrophoneOptions } from "./microphone.ts";
import { type MixerAssets, MixerNode, type PortRoute } from "./mixer-node.ts";
import { type ContextLease, leaseContext } from "./shared-context.ts";

export interface ConferenceAudioOptions {
  readonly assets?: MixerAssets & NonNullable<CallAudioOptions["assets"]>;
  readonly devices?: DeviceManager;
  /** Eight times a second while somebody speaks or a level changes; levels and bits by port. */
  readonly onReport: (report: Pick<MixerReport, "seconds" | "levels" | "speaking">) => void;
  readonly signal?: AbortSignal;
}

/** How long a call takes to fade over to microphone and loudspeaker. */
const FADED_MS = 60;

/** Somebody's place in the mixer. */
export interface ConferencePlace {
  /** Names it in routes and reports. */
  readonly port: number;
  /** What is heard here. */
  readonly mix: AudioNode;
  /** What is said here comes from `source`. */
  speak(source: AudioNode): void;
  route(route: PortRoute): void;
  /** Idempotent. Resolves when the place is free; until shortly before, the mix goes on, for whoever fades it out. */
  leave(): Promise<void>;
}

/**
 * The sound of a conference in this page: the mixer, and the owner's seat with microphone and loudspeaker, which are those of a call without a
 * connection: devices are followed and mended in the same way. Page only. Whoever opens it closes it.
 *
 *   what a participant says → mixer input i ┐
 *   microphone → mixer input 0              ├ mixer → output i → what is sent to participant i; output 0 → loudspeaker
 */
export class ConferenceAudio {
  readonly #lease: ContextLease;
  readonly #mixer: MixerNode;
  readonly #options: ConferenceAudioOptions;
  readonly #devices: DeviceManager;
  #seat: { readonly audio: CallAudio; readonly place: ConferencePlace } | undefined;
  #sitting: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Loads the mixer. Call it straight from a click. Rejects with AudioError. */
  static async open(options: ConferenceAudioOptions): Promise<ConferenceAudio> {
    const { assets = {}, signal, onReport } = options;
    throwIfAborted(signal);
    const lease = leaseContext();
    try {
      const mixer = await MixerNode.open(lease.context, assets, onReport);
      return new ConferenceAudio(lease, mixer, options);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private constructor(lease: ContextLease, mixer: MixerNode, options: ConferenceAudioOptions) {
    this.#lease = lease;
    this.#mixer = mixer;
    this.#options = options;
    this.#devices = options.devices ?? pageDevices();
  }

  /** A free place, silent and hearing nobody until it is routed; undefined where there is none. */
  take(): ConferencePlace | undefined {
    const mixer = this.#mixer;
    const port = this.#closing ? undefined : mixer.take();
    if (port === undefined) return undefined;
    const mix = new GainNode(this.#lease.context);
    mixer.play(port, mix);
    let spoken: AudioNode | undefined;
    let leaving: Promise<void> | undefined;
    return {
      port,
      mix,
      speak(source) {
        mixer.connect(source, port);
        spoken = source;
      },
      route: (route) => mixer.route(port, route),
      leave: () => {
        leaving ??= new Promise((resolve) => {
          if (spoken) mixer.disconnect(spoken, port);
          setTimeout(() => {
            mixer.release(port);
            mix.disconnect();
            resolve();
          }, FADED_MS);
        });
        return leaving;
      },
    };
  }

  /**
   * Seats the owner with this microphone, or with none, to listen only; undefined: the owner leaves, and microphone and loudspeaker are given back.
   * Returns the owner's place. Rejects with AudioError; then nothing has changed.
   */
  seat(microphone: MicrophoneOptions | MediaStream | false | undefined): Promise<ConferencePlace | undefined> {
    const done = this.#sitting.then(() => (microphone === undefined ? this.#standUp() : this.#sitDown(microphone)));
    this.#sitting = done.catch(() => {});
    return done;
  }

  /** Microphone and loudspeaker of the owner, while there. */
  get owner(): CallAudio | undefined {
    return this.#seat?.audio;
  }

  /** Total and idempotent. Places that were taken are to be left before. */
  close(): Promise<void> {
    this.#closing ??= this.seat(undefined).then(async () => {
      this.#mixer.close();
      await this.#lease.release();
    });
    return this.#closing;
  }

  async #sitDown(microphone: MicrophoneOptions | MediaStream | false): Promise<ConferencePlace | undefined> {
    const { assets = {}, signal } = this.#options;
    const seat = this.#seat;
    if (seat) {
      const source = microphone && !isStream(microphone) ? this.#devices.microphoneOptions(microphone) : microphone;
      await seat.audio.switchMicrophone(source);
      return seat.place;
    }
    const audio = await CallAudio.open({ microphone, assets, devices: this.#devices, ...(signal && { signal }) });
    const place = this.take();
    if (!place) {
      await audio.close();
      return undefined;
    }
    place.speak(audio.sentNode);
    place.mix.connect(audio.receivedNode);
    this.#seat = { audio, place };
    return place;
  }

  async #standUp(): Promise<undefined> {
    const seat = this.#seat;
    this.#seat = undefined;
    if (!seat) return;
    await seat.place.leave();
    await seat.audio.close();
  }
}
