import {
  type KeyListenerReply,
  type KeyListenerRequest,
  type KeySenderReply,
  type KeySenderRequest,
  keyListenerName,
  keySenderName,
  type MixerSetup,
} from "../../worklets/messages.ts";
import { signalsBytes } from "../core/index.ts";
import { addScript, loadWasm } from "./assets.ts";
import { AudioError } from "./audio-error.ts";
import type { MixerAssets } from "./mixer-node.ts";
import { mixerWorkletSource } from "./mixer-worklet.generated.ts";
import { ProcessorNode, type SetupFailure } from "./processor-node.ts";
import { type ContextLease, leaseContext } from "./shared-context.ts";

/** ITU-T Q.24 asks for 40 ms of tone and as much of pause, and networks for 70; a jitter buffer that hurries takes some of a pause away. */
const SHORTEST_MS = 100;
const LONGEST_MS = 6000;

/** Keys as sound on a track of its own, to be sent in place of the microphone while they last. Page only. Whoever opens it closes it. */
export class KeyVoice {
  readonly track: MediaStreamTrack;
  readonly #lease: ContextLease;
  readonly #processor: ProcessorNode<KeySenderRequest, KeySenderReply, Record<never, never>>;

  /** `idle`: no key sounds any more, nor the pause after it; so many have, in all. Rejects with `AudioError`. */
  static async open(assets: MixerAssets, idle: (played: number) => void): Promise<KeyVoice> {
    return leased(assets, async (lease, wasm) => {
      const voice = new KeyVoice(lease, wasm, idle);
      await voice.#processor.ready;
      return voice;
    });
  }

  private constructor(lease: ContextLease, wasm: Uint8Array<ArrayBuffer>, idle: (played: number) => void) {
    this.#lease = lease;
    const { context } = lease;
    const options: Setup = {
      numberOfInputs: 0,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      processorOptions: { wasm },
    };
    this.#processor = new ProcessorNode(context, keySenderName, options, explain, ({ played }) => idle(played));
    const sent = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    this.#processor.node.connect(sent);
    this.track = sent.stream.getAudioTracks()[0]!;
  }

  /** After the keys that are still to sound. At least 100 ms long, and as long a pause follows it. */
  press(digit: string, durationMs: number): void {
    const toneMs = Math.min(Math.max(durationMs, SHORTEST_MS), LONGEST_MS);
    this.#processor.send({ type: "press", digit, toneMs, pauseMs: SHORTEST_MS });
  }

  /** Idempotent. The track ends. */
  async close(): Promise<void> {
    this.#processor.close();
    this.track.stop();
    await this.#lease.release();
  }
}

/** Tells which keys sound on a track, whatever else does. Page only. Whoever opens it closes it. */
export class KeyEar {
  readonly #lease: ContextLease;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #processor: ProcessorNode<KeyListenerRequest, KeyListenerReply, Record<never, never>>;

  /** `heard` is told each key some 40 ms after it began to sound. The track stays its owner's. Rejects with `AudioError`. */
  static async open(assets: MixerAssets, track: MediaStreamTrack, heard: (digit: string) => void): Promise<KeyEar> {
    return leased(assets, async (lease, wasm) => {
      const ear = new KeyEar(lease, wasm, track, heard);
      await ear.#processor.ready;
      return ear;
    });
  }

  private constructor(
    lease: ContextLease,
    wasm: Uint8Array<ArrayBuffer>,
    track: MediaStreamTrack,
    heard: (digit: string) => void,
  ) {
    this.#lease = lease;
    const { context } = lease;
    const options: Setup = {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: "explicit",
      processorOptions: { wasm },
    };
    this.#processor = new ProcessorNode(context, keyListenerName, options, explain, ({ digit }) => heard(digit));
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    // The output is silence: a node that leads nowhere is not run by every browser.
    this.#source.connect(this.#processor.node).connect(context.destination);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#source.disconnect();
    this.#processor.close();
    await this.#lease.release();
  }
}

type Setup = AudioWorkletNodeOptions & { readonly processorOptions: MixerSetup };

const explain = (failure: SetupFailure): AudioError =>
  new AudioError("audio-core", `The keys did not start: ${failure.message}`);

async function leased<T>(
  assets: MixerAssets,
  open: (lease: ContextLease, wasm: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const lease = leaseContext();
  try {
    const [wasm] = await Promise.all([
      loadWasm(signalsBytes, assets.signalsUrl),
      addScript(lease.context, mixerWorkletSource, assets.mixerWorkletUrl),
    ]);
    return await open(lease, wasm);
  } catch (error) {
    await lease.release();
    throw error;
  }
}
