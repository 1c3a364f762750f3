import { CallAudio } from "../../audio/index.ts";
import type { CallAudioPort, CallOptions } from "../call-options.ts";
import type { ClientAudioOptions } from "./client-options.ts";

/** Microphone and loudspeaker of the next call, opened before there is one. */
export class PreparedAudio {
  readonly #options: ClientAudioOptions;
  #prepared: Promise<CallAudioPort> | undefined;

  constructor(options: ClientAudioOptions) {
    this.#options = options;
  }

  /** Opens them, unless they are. Rejects with what opening says; another attempt may follow. */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#open({ ...this.#options });
    const audio = this.#prepared;
    audio.catch(() => {
      if (this.#prepared === audio) this.#prepared = undefined;
    });
    await audio;
  }

  /** What was prepared goes to the first call that needs it; the others open their own. */
  readonly open: NonNullable<CallOptions["openAudio"]> = async (options) => {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    return (await prepared?.catch(() => undefined)) ?? this.#open(options);
  };

  /** Gives back what no call has needed. Idempotent. */
  async close(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.then((audio) => audio.close()).catch(() => {});
  }

  #open(options: Parameters<typeof CallAudio.open>[0]): Promise<CallAudioPort> {
    return (this.#options.openAudio ?? CallAudio.open)(options);
  }
}
