import type { CallFigures } from "../../worklets/messages.ts";
import type { FlushResult, Level, PlaybackStats } from "../core/index.ts";
import { LevelTap } from "./level-tap.ts";
import { captureOf, playbackOf, type TrackFigures } from "./track-figures.ts";

/** What a transport whose media are the browser's own offers in place of frame pipes. */
export interface MediaTracks {
  /** The peer's sound. */
  readonly remoteTrack: MediaStreamTrack;
  trackFigures(): Promise<TrackFigures>;
}

export interface TrackLinkOptions {
  readonly context: AudioContext;
  readonly tracks: MediaTracks;
  readonly muted: boolean;
  readonly onLevel: (levels: { readonly input: Level; readonly output: Level }) => void;
}

/** As long as the capture worklet takes. */
const MUTE_FADE_SECONDS = 0.005;
/** A context that stands still sends nothing, and confirms nothing. */
const CONFIRM_DEADLINE_MS = 500;

/**
 * A call's place in the audio graph where its media are tracks: jitter buffer and codec are the browser's.
 *
 *   microphone → fade → track → WebRTC → track → loudspeaker
 */
export class TrackLink {
  readonly kind = "track";
  /** Where the microphone goes. */
  readonly input: GainNode;
  /** Where the peer's sound comes from. */
  readonly output: MediaStreamAudioSourceNode;
  /** What is to be sent: silence where there is nothing else, without a pause. Ends with this. */
  readonly track: MediaStreamTrack;
  readonly #context: AudioContext;
  readonly #tracks: MediaTracks;
  readonly #fade: GainNode;
  readonly #player: HTMLAudioElement;
  readonly #levels: LevelTap;
  #muted: boolean;
  #playback: PlaybackStats | undefined;

  constructor({ context, tracks, muted, onLevel }: TrackLinkOptions) {
    this.#context = context;
    this.#tracks = tracks;
    this.#muted = muted;
    this.input = new GainNode(context);
    this.#fade = new GainNode(context, { gain: muted ? 0 : 1 });
    const sent = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    this.input.connect(this.#fade).connect(sent);
    this.track = sent.stream.getAudioTracks()[0]!;
    const stream = new MediaStream([tracks.remoteTrack]);
    this.output = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    // Chromium lets a peer's sound into Web Audio only while an element plays it; muted, or it would be heard twice.
    this.#player = Object.assign(new Audio(), { muted: true, srcObject: stream });
    this.#player.play().catch(() => {});
    this.#levels = new LevelTap(context, this.input, this.output, onLevel);
  }

  /** Nothing waits here: what is said while there is no connection is not heard. */
  hold(): void {}

  /** Resolves when the audio thread does it. */
  async setMuted(muted: boolean): Promise<boolean> {
    const { currentTime, state } = this.#context;
    const end = currentTime + MUTE_FADE_SECONDS;
    const { gain } = this.#fade;
    gain.cancelScheduledValues(currentTime);
    gain.setValueAtTime(this.#muted ? 0 : 1, currentTime);
    gain.linearRampToValueAtTime(muted ? 0 : 1, end);
    this.#muted = muted;
    if (state === "running") await this.#rendered(end);
    return muted;
  }

  /** What arrived is in the browser's jitter buffer, which gives nothing back: it is heard within some 100 ms. */
  async flush(): Promise<FlushResult> {
    return { removedBytes: 0, heardMs: 0 };
  }

  async figures(): Promise<Partial<CallFigures>> {
    const { inbound, outbound } = await this.#tracks.trackFigures();
    this.#playback = inbound ? playbackOf(inbound, this.#playback) : this.#playback;
    return { capture: captureOf(outbound, this.#muted), ...(this.#playback && { playback: this.#playback }) };
  }

  /** Idempotent. The peer's track is the transport's. */
  close(): void {
    this.#levels.close();
    this.#player.srcObject = null;
    this.track.stop();
    for (const node of [this.input, this.#fade, this.output]) node.disconnect();
  }

  /** Resolves when the audio thread has passed `seconds` of the context's time. */
  async #rendered(seconds: number): Promise<void> {
    const mark = new ConstantSourceNode(this.#context, { offset: 0 });
    const passed = new Promise<void>((resolve) => {
      mark.onended = () => resolve();
      setTimeout(resolve, CONFIRM_DEADLINE_MS);
    });
    mark.connect(this.#fade); // a source that leads nowhere may never end
    mark.start();
    mark.stop(seconds);
    await passed;
    mark.disconnect();
  }
}
