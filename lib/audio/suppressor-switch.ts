import { AudioError } from "./audio-error.ts";
import type { MicrophoneFilter, NoiseSuppressor } from "./devices.ts";
import type { MicrophoneInput } from "./microphone-input.ts";

/** A suppressor starts in a thread of its own, and gives silence until then; so long the sound still goes past it. */
const WARM_UP_MS = 500;

/** Puts the page's own noise suppressor between microphone and call, and takes it away. The sound goes on meanwhile. */
export class SuppressorSwitch {
  readonly #context: AudioContext;
  readonly #input: MicrophoneInput;
  readonly #make: () => NoiseSuppressor | undefined;
  #filter: MicrophoneFilter | undefined;
  #closed = false;

  constructor(context: AudioContext, input: MicrophoneInput, make: () => NoiseSuppressor | undefined) {
    this.#context = context;
    this.#input = input;
    this.#make = make;
  }

  get on(): boolean {
    return this.#filter !== undefined;
  }

  /** Not twice at a time. Rejects with AudioError where there is none to be had; then everything is as it was. */
  async set(on: boolean): Promise<void> {
    if (on === this.on || this.#closed) return;
    if (!on) return this.#takeAway();
    const filter = await this.#made();
    const { node } = filter;
    this.#input.connect(node, { raw: true });
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
    this.#input.disconnect(node);
    if (this.#closed) return filter.close();
    this.#filter = filter;
    this.#input.through(node);
    node.addEventListener("processorerror", () => this.#filter === filter && this.#takeAway());
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#takeAway();
  }

  async #made(): Promise<MicrophoneFilter> {
    const make = this.#make();
    if (!make) throw new AudioError("audio-noise-suppressor", "This page has no noise suppressor of its own.");
    try {
      return await make(this.#context);
    } catch (cause) {
      if (cause instanceof AudioError) throw cause;
      throw new AudioError("audio-noise-suppressor", "The noise suppressor of this page failed.", { cause });
    }
  }

  #takeAway(): void {
    if (!this.#filter) return;
    this.#input.through(undefined);
    this.#filter.close();
    this.#filter = undefined;
  }
}
