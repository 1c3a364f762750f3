import type { HoldSound } from "./hold-sound.ts";

/** Time constant of a fade: one source hands over to the next within some 20 ms, without a click. */
const FADE_SECONDS = 0.003;
/** By then nothing of what was faded out is left to be heard. */
const FADED_MS = 60;

/** The nodes of a call between which its route decides. */
export interface RoutedCall {
  readonly context: AudioContext;
  /** The microphone, on its way to `sent`. */
  readonly spoken: GainNode;
  /** Everything that is sent. */
  readonly sent: AudioNode;
  /** Everything that was received. */
  readonly received: GainNode;
  /** The same on its way to the loudspeaker. */
  readonly monitor: GainNode;
  /** Silences whatever is sent, or no longer. Resolves when the audio thread does it, with what it does. */
  silence(silenced: boolean): Promise<boolean>;
}

/** A source in place of the microphone. */
interface Feed {
  readonly gain: GainNode;
  /** Stops the source, or lets go of it. */
  release(): void;
}

/**
 * What a call sends, and where its sound is heard. A hold goes before a bridge, and a bridge before microphone and loudspeaker. Mute concerns
 * the microphone: of a muted one nothing is sent at any moment of a change, and hold music and a bridge are sent all the same. Page thread; loaded
 * by the first call that is held or bridged. Changes are made one after the other.
 */
export class CallRoute {
  readonly #call: RoutedCall;
  #muted: boolean;
  #silenced: boolean;
  #held: HoldSound | undefined;
  #bridge: AudioNode | undefined;
  /** Undefined: the microphone. */
  #source: HoldSound | AudioNode | undefined;
  #feed: Feed | undefined;
  readonly #feeds = new Set<Feed>();
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(call: RoutedCall, muted: boolean) {
    this.#call = call;
    this.#muted = this.#silenced = muted;
  }

  /** The other side hears `sound`, and nothing of it is heard here or in a bridge. Undefined: as before. */
  hold(sound: HoldSound | undefined): Promise<void> {
    return this.#change(() => {
      this.#held = sound;
    });
  }

  /** `source` is sent in place of the microphone, and the loudspeaker is off. Undefined: as before. */
  bridge(source: AudioNode | undefined): Promise<void> {
    return this.#change(() => {
      this.#bridge = source;
    });
  }

  setMuted(muted: boolean): Promise<void> {
    return this.#change(() => {
      this.#muted = muted;
    });
  }

  /** Idempotent. The nodes it was given are their owner's. */
  close(): void {
    this.#closed = true;
    for (const feed of this.#feeds) this.#drop(feed);
  }

  #change(set: () => void): Promise<void> {
    const done = this.#queue.then(() => {
      set();
      return this.#closed ? undefined : this.#apply();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  async #apply(): Promise<void> {
    const { received, monitor, spoken } = this.#call;
    this.#fade(received, this.#held ? 0 : 1);
    this.#fade(monitor, this.#bridge ? 0 : 1);
    const source = this.#held ?? this.#bridge;
    const silenced = this.#muted && !source;
    if (silenced && !this.#silenced) this.#silenced = await this.#call.silence(true);
    if (this.#closed) return;
    if (source !== this.#source) {
      this.#source = source;
      if (this.#feed) this.#fadeOut(this.#feed);
      this.#feed = source && source !== "silence" ? this.#open(source) : undefined;
      if (source && this.#silenced) this.#cut(spoken);
      else this.#fade(spoken, source ? 0 : 1);
    }
    if (!silenced && this.#silenced) this.#silenced = await this.#call.silence(false);
  }

  #open(source: AudioBuffer | AudioNode): Feed {
    const { context, sent } = this.#call;
    const gain = new GainNode(context, { gain: 0 });
    gain.connect(sent);
    this.#fade(gain, 1);
    const node = source instanceof AudioNode ? source : looped(context, source);
    node.connect(gain);
    const release = () => {
      if (node !== source) (node as AudioBufferSourceNode).stop();
      try {
        node.disconnect(gain);
      } catch {} // its owner took it apart before
      gain.disconnect();
    };
    const feed = { gain, release };
    this.#feeds.add(feed);
    return feed;
  }

  #fadeOut(feed: Feed): void {
    this.#fade(feed.gain, 0);
    setTimeout(() => this.#drop(feed), FADED_MS);
  }

  #drop(feed: Feed): void {
    if (this.#feeds.delete(feed)) feed.release();
  }

  #fade({ gain }: GainNode, to: number): void {
    const { currentTime } = this.#call.context;
    gain.cancelScheduledValues(currentTime);
    gain.setTargetAtTime(to, currentTime, FADE_SECONDS);
  }

  /** At once: for what is not heard. */
  #cut({ gain }: GainNode): void {
    const { currentTime } = this.#call.context;
    gain.cancelScheduledValues(currentTime);
    gain.setValueAtTime(0, currentTime);
  }
}

function looped(context: AudioContext, buffer: AudioBuffer): AudioBufferSourceNode {
  const node = new AudioBufferSourceNode(context, { buffer, loop: true });
  node.start();
  return node;
}
