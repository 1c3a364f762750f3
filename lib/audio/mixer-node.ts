import {
  type MixerReply,
  type MixerReport,
  type MixerRequest,
  type MixerSetup,
  mixerPorts,
  mixerProcessorName,
} from "../../worklets/messages.ts";
import { signalsBytes } from "../core/index.ts";
import { addScript, loadWasm } from "./assets.ts";
import { AudioError } from "./audio-error.ts";
import { mixerWorkletSource } from "./mixer-worklet.generated.ts";
import { ProcessorNode } from "./processor-node.ts";

/** Where a site with a strict Content-Security-Policy serves the files of the signal tools itself. Left out, they are inlined. */
export interface MixerAssets {
  /** `mixer-worklet.js`: needs `script-src`. */
  readonly mixerWorkletUrl?: string | URL;
  /** `signals.wasm`: needs `connect-src`; compiling it needs `script-src 'wasm-unsafe-eval'` in either form. */
  readonly signalsUrl?: string | URL;
}

/** How a participant is mixed. */
export interface PortRoute {
  /** Of what it says, 0 to 8; 0 mutes it. */
  readonly gain: number;
  /** Bit i: it hears port i. Its own bit stands for nothing. */
  readonly hears: number;
}

/**
 * The page's side of the mixer: up to 16 ports, each an input for what a participant says and an output with what it hears. The first report of
 * levels comes when there is something to report. Whoever opens it closes it.
 */
export class MixerNode {
  readonly #processor: ProcessorNode<MixerRequest, MixerReply, Record<never, never>>;
  readonly #taken = new Set<number>();

  /** Rejects with `csp-worklet`, `csp-wasm`, `csp-connect`, `audio-asset` or `audio-core`. */
  static async open(
    context: BaseAudioContext,
    assets: MixerAssets,
    onReport: (report: MixerReport) => void,
  ): Promise<MixerNode> {
    const [wasm] = await Promise.all([
      loadWasm(signalsBytes, assets.signalsUrl),
      addScript(context, mixerWorkletSource, assets.mixerWorkletUrl),
    ]);
    const mixer = new MixerNode(context, wasm, onReport);
    try {
      await mixer.#processor.ready;
    } catch (error) {
      mixer.close();
      throw error;
    }
    return mixer;
  }

  private constructor(
    context: BaseAudioContext,
    wasm: Uint8Array<ArrayBuffer>,
    onReport: (report: MixerReport) => void,
  ) {
    this.#processor = new ProcessorNode(
      context,
      mixerProcessorName,
      {
        numberOfInputs: mixerPorts,
        numberOfOutputs: mixerPorts,
        outputChannelCount: new Array<number>(mixerPorts).fill(1),
        channelCount: 1,
        channelCountMode: "explicit",
        processorOptions: { wasm } satisfies MixerSetup,
      },
      (failure) => new AudioError("audio-core", `The mixer did not start: ${failure.message}`),
      onReport,
    );
  }

  /** A free port, silent and hearing nobody until it is routed; undefined where all are taken. */
  take(): number | undefined {
    for (let port = 0; port < mixerPorts; port++) {
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      this.route(port, { gain: 0, hears: 0 });
      return port;
    }
    return undefined;
  }

  /** Reached within one render quantum, without a click. */
  route(port: number, route: PortRoute): void {
    if (this.#taken.has(port)) this.#processor.send({ type: "set", port, ...route });
  }

  /** What the participant says comes from `source`. */
  connect(source: AudioNode, port: number): void {
    source.connect(this.#processor.node, 0, port);
  }

  /** Also where the owner of `source` took it apart before. */
  disconnect(source: AudioNode, port: number): void {
    try {
      source.disconnect(this.#processor.node, 0, port);
    } catch {} // it was not connected any more
  }

  /** What the participant hears goes to `target`. */
  play(port: number, target: AudioNode): void {
    this.#processor.node.connect(target, port);
  }

  /** Gives the port back; what it played to is disconnected, what it was fed by is the caller's to disconnect. */
  release(port: number): void {
    if (!this.#taken.delete(port)) return;
    this.#processor.send({ type: "close", port });
    this.#processor.node.disconnect(port);
  }

  /** Idempotent. */
  close(): void {
    this.#taken.clear();
    this.#processor.close();
  }
}
