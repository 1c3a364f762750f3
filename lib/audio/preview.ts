import { findDevice } from "./device-list.ts";
import type { DeviceManager } from "./devices.ts";
import { playSines } from "./local-tone.ts";
import { Microphone } from "./microphone.ts";
import { type ContextLease, leaseContext } from "./shared-context.ts";
import { setSink } from "./speaker.ts";

/** A microphone without a call, to show that it works. Whoever opens it closes it. */
export class MicrophonePreview {
  readonly #lease: ContextLease;
  readonly #microphone: Microphone;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  /** Opens what was chosen. Call it straight from a click. Rejects with AudioError. */
  static async open(devices: DeviceManager, signal?: AbortSignal): Promise<MicrophonePreview> {
    const lease = leaseContext();
    try {
      const microphone = await Microphone.open(devices.microphoneOptions({}), signal);
      void devices.refresh();
      return new MicrophonePreview(lease, microphone);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private constructor(lease: ContextLease, microphone: Microphone) {
    this.#lease = lease;
    this.#microphone = microphone;
    this.#source = new MediaStreamAudioSourceNode(lease.context, { mediaStream: microphone.stream });
    this.#analyser = new AnalyserNode(lease.context, { fftSize: 16_384 }); // 0.34 s at 48 kHz
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
  }

  get label(): string {
    return this.#microphone.track.label;
  }

  /** Of the last third of a second, 0 to 1 of full scale. */
  peak(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  /** How loud one tone is in the last third of a second, 0 to 1 of full scale. */
  levelAt(hz: number): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const step = (2 * Math.PI * hz) / this.#lease.context.sampleRate;
    let [re, im] = [0, 0];
    for (const [index, sample] of this.#samples.entries()) {
      re += sample * Math.cos(step * index);
      im += sample * Math.sin(step * index);
    }
    return (2 * Math.hypot(re, im)) / this.#samples.length;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#source.disconnect();
    this.#microphone.close();
    await this.#lease.release();
  }
}

/** Two tones one after the other, hertz. */
export const testTones: readonly number[] = [523, 784];
const TONE_MS = 450;

/** Plays two soft tones on the chosen loudspeaker; resolves when they are over. Call it from a click. Rejects with AudioError. */
export async function playTestSound(devices: DeviceManager, signal?: AbortSignal): Promise<void> {
  const lease = leaseContext();
  try {
    await useChosen(devices, lease.context);
    for (const hz of testTones) {
      if (signal?.aborted) return;
      playSines(lease.context, lease.context.destination, [hz], TONE_MS);
      await new Promise((resolve) => setTimeout(resolve, TONE_MS));
    }
  } finally {
    await lease.release();
  }
}

/** A loudspeaker that was chosen and is gone is no reason to be silent. */
async function useChosen(devices: DeviceManager, context: AudioContext): Promise<void> {
  if (!devices.speaker) return;
  await devices.refresh();
  const speaker = findDevice(devices.speakers, devices.speaker);
  if (speaker) await setSink(context, speaker.id);
}
