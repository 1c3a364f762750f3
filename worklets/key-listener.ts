import { DtmfDetector } from "../lib/core/dtmf-detector.ts";
import type { KeyListenerReply, KeyListenerRequest, MixerSetup } from "./messages.ts";
import { failure, startSignals } from "./start-core.ts";

/** Finds keys in what comes in (ITU-T Q.24). Render thread; one mono input, silence out. `process` allocates only where a key begins or ends. */
export class KeyListener extends AudioWorkletProcessor implements AudioWorkletProcessorImpl {
  readonly #silence = new Float32Array(128);
  #detector: DtmfDetector | undefined;
  #running = true;

  constructor({ processorOptions }: { readonly processorOptions: MixerSetup }) {
    super();
    this.port.onmessage = ({ data }: { readonly data: KeyListenerRequest }) => this.#receive(data);
    try {
      this.#detector = new DtmfDetector(startSignals(processorOptions.wasm), { sampleRate });
      this.#reply({ type: "ready" });
    } catch (error) {
      this.#reply(failure(error));
    }
  }

  process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0] ?? this.#silence;
    for (const { type, digit } of this.#detector?.process(samples) ?? []) {
      if (type === "down") this.#reply({ type: "key", digit });
    }
    return this.#running;
  }

  #receive(request: KeyListenerRequest): void {
    request.type satisfies "stop";
    this.#running = false;
    this.#detector = undefined;
    this.port.onmessage = null;
    this.port.close();
  }

  #reply(reply: KeyListenerReply): void {
    this.port.postMessage(reply);
  }
}
