import { Mixer } from "../lib/core/mixer.ts";
import { Signals, type SignalsExports } from "../lib/core/signals.ts";
import { VoiceActivityDetector } from "../lib/core/vad.ts";
import { type MixerReply, type MixerRequest, type MixerSetup, mixerPorts } from "./messages.ts";
import { failure } from "./start-core.ts";

/** One render quantum. */
const QUANTUM = 128;
/** Eight reports a second. */
const INTERVAL_SECONDS = 0.125;
/** Smaller changes are not told: a thousandth of full scale. */
const CHANGE = 0.001;

/**
 * The mixer of a conference: what participant i says comes in at input i, and what it hears, the sum of those it may hear, limited, goes out at
 * output i. Render thread; nothing is delayed. `process` allocates nothing but its reports.
 */
export class MixerProcessor extends AudioWorkletProcessor implements AudioWorkletProcessorImpl {
  readonly #silence = new Float32Array(QUANTUM);
  /** Of the open ports. */
  readonly #open = new Array<boolean>(mixerPorts).fill(false);
  /** One a port that was ever open: each detector has an instance of its own. */
  readonly #voices: (VoiceActivityDetector | undefined)[] = new Array(mixerPorts).fill(undefined);
  readonly #squares = new Float64Array(mixerPorts);
  readonly #told = new Float32Array(mixerPorts);
  #toldSpeaking = 0;
  #quanta = 0;
  #dueSeconds = 0;
  #module: WebAssembly.Module | undefined;
  #mixer: Mixer | undefined;
  #running = true;

  constructor({ processorOptions }: { readonly processorOptions: MixerSetup }) {
    super();
    this.port.onmessage = ({ data }: { readonly data: MixerRequest }) => this.#receive(data);
    try {
      this.#module = new WebAssembly.Module(processorOptions.wasm);
      this.#mixer = new Mixer(this.#instance(), { sampleRate, frameSamples: QUANTUM });
      this.#reply({ type: "ready" });
    } catch (error) {
      this.#reply(failure(error));
    }
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const mixer = this.#mixer;
    if (!mixer) return this.#running;
    for (let port = 0; port < mixerPorts; port++) {
      if (!this.#open[port]) continue;
      const samples = inputs[port]?.[0];
      if (samples) mixer.write(port, samples);
      this.#voices[port]?.process(samples ?? this.#silence);
    }
    mixer.mix();
    for (let port = 0; port < mixerPorts; port++) {
      const output = outputs[port]?.[0];
      if (!this.#open[port] || !output) continue;
      mixer.read(port, output);
      const level = mixer.level(port);
      this.#squares[port]! += level * level;
    }
    this.#quanta++;
    if (currentTime >= this.#dueSeconds) this.#report();
    return this.#running;
  }

  #receive(request: MixerRequest): void {
    const mixer = this.#mixer;
    if (!mixer) return;
    switch (request.type) {
      case "set": {
        const { port, gain, hears } = request;
        if (!this.#open[port]) this.#openPort(mixer, port);
        mixer.setGain(port, gain);
        mixer.setHears(port, hears);
        break;
      }
      case "close":
        this.#open[request.port] = false;
        mixer.leave(request.port);
        break;
      case "stop":
        this.#running = false;
        this.#mixer = undefined;
        this.port.onmessage = null;
        this.port.close();
        break;
      default:
        request satisfies never;
    }
  }

  #openPort(mixer: Mixer, port: number): void {
    mixer.join(port);
    this.#open[port] = true;
    this.#squares[port] = this.#told[port] = 0;
    if (this.#voices[port]) this.#voices[port].reset();
    else this.#voices[port] = new VoiceActivityDetector(this.#instance(), { sampleRate });
  }

  #instance(): Signals {
    return new Signals(new WebAssembly.Instance(this.#module!).exports as unknown as SignalsExports);
  }

  #report(): void {
    this.#dueSeconds = currentTime + INTERVAL_SECONDS;
    const levels = new Float32Array(mixerPorts);
    let speaking = 0;
    let changed = false;
    for (let port = 0; port < mixerPorts; port++) {
      if (!this.#open[port]) continue;
      levels[port] = Math.sqrt(this.#squares[port]! / this.#quanta);
      this.#squares[port] = 0;
      if (this.#voices[port]?.active && levels[port]! > 0) speaking |= 1 << port;
      if (Math.abs(levels[port]! - this.#told[port]!) >= CHANGE) changed = true;
    }
    this.#quanta = 0;
    if (!changed && speaking === 0 && this.#toldSpeaking === 0) return;
    this.#told.set(levels);
    this.#toldSpeaking = speaking;
    this.#reply({ type: "levels", seconds: currentTime, levels, speaking });
  }

  #reply(reply: MixerReply): void {
    this.port.postMessage(reply);
  }
}
