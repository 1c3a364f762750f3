import { ToneGenerator } from "../lib/core/tone-generator.ts";
import type { KeySenderReply, KeySenderRequest, MixerSetup } from "./messages.ts";
import { failure, startSignals } from "./start-core.ts";

/** Silence before the first key of several: what takes the sound may only just have been put in the microphone's place. */
const LEAD_MS = 60;

type Press = Extract<KeySenderRequest, { readonly type: "press" }>;

/**
 * Keys as the sound that they are (ITU-T Q.23), one after the other, and silence between and after them. Render thread; no input, one mono output.
 * `process` allocates nothing but its one message.
 */
export class KeySender extends AudioWorkletProcessor implements AudioWorkletProcessorImpl {
  readonly #waiting: Press[] = [];
  #tones: ToneGenerator | undefined;
  #idle = true;
  #played = 0;
  #silentSamples = 0;
  /** After the key that sounds now. */
  #pauseSamples = 0;
  #running = true;

  constructor({ processorOptions }: { readonly processorOptions: MixerSetup }) {
    super();
    this.port.onmessage = ({ data }: { readonly data: KeySenderRequest }) => this.#receive(data);
    try {
      this.#tones = new ToneGenerator(startSignals(processorOptions.wasm), { sampleRate });
      this.#reply({ type: "ready" });
    } catch (error) {
      this.#reply(failure(error));
    }
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const tones = this.#tones;
    const output = outputs[0]?.[0];
    if (!tones || !output || this.#idle) return this.#running;
    if (tones.active) {
      tones.pull(output);
      if (!tones.active) this.#silentSamples = this.#pauseSamples;
      return this.#running;
    }
    this.#silentSamples -= output.length;
    if (this.#silentSamples <= 0) this.#next(tones);
    return this.#running;
  }

  #next(tones: ToneGenerator): void {
    const press = this.#waiting.shift();
    if (press) {
      this.#played++;
      tones.start(press.digit, { durationMs: press.toneMs });
      this.#pauseSamples = samplesOf(press.pauseMs);
    } else {
      this.#idle = true;
      this.#reply({ type: "idle", played: this.#played });
    }
  }

  #receive(request: KeySenderRequest): void {
    if (request.type === "press") {
      this.#waiting.push(request);
      if (this.#idle) this.#silentSamples = samplesOf(LEAD_MS);
      this.#idle = false;
    } else {
      this.#running = false;
      this.#tones = undefined;
      this.port.onmessage = null;
      this.port.close();
    }
  }

  #reply(reply: KeySenderReply): void {
    this.port.postMessage(reply);
  }
}

const samplesOf = (ms: number): number => Math.round((ms * sampleRate) / 1000);
