import type {
  ConferenceAudio,
  ConferenceAudioOptions,
  ConferencePlace,
  PortRoute,
} from "../../../../lib/audio/index.ts";

/** Stands in for the mixer and the owner's devices where there is no browser: places and routes, no sound. */
export class FakeConferenceAudio implements Pick<ConferenceAudio, "take" | "seat" | "close"> {
  static readonly opened: FakeConferenceAudio[] = [];
  /** Thrown by the next seat that is asked for. */
  static refusal: Error | undefined;
  readonly routes = new Map<number, PortRoute>();
  readonly owner = Object.assign(new EventTarget(), {
    muted: false,
    async setMuted(muted: boolean) {
      this.muted = muted;
    },
  });
  closed = false;
  readonly #onReport: ConferenceAudioOptions["onReport"];
  #seat: ConferencePlace | undefined;
  #seconds = 0;

  private constructor({ onReport }: ConferenceAudioOptions) {
    this.#onReport = onReport;
    FakeConferenceAudio.opened.push(this);
  }

  static async open(options: ConferenceAudioOptions): Promise<FakeConferenceAudio> {
    return new FakeConferenceAudio(options);
  }

  /** The lowest port that is free, as the mixer has it. */
  take(): ConferencePlace {
    let port = 0;
    while (this.routes.has(port)) port++;
    this.routes.set(port, { gain: 0, hears: 0 });
    return {
      port,
      mix: {} as AudioNode,
      speak: () => {},
      route: (route) => void this.routes.set(port, route),
      leave: async () => void this.routes.delete(port),
    };
  }

  async seat(microphone: Parameters<ConferenceAudio["seat"]>[0]): Promise<ConferencePlace | undefined> {
    const refusal = FakeConferenceAudio.refusal;
    FakeConferenceAudio.refusal = undefined;
    if (refusal) throw refusal;
    if (microphone === undefined) {
      await this.#seat?.leave();
      this.#seat = undefined;
    } else this.#seat ??= this.take();
    return this.#seat;
  }

  async close(): Promise<void> {
    await this.seat(undefined);
    this.closed = true;
  }

  /** Who hears the port, by theirs. */
  hearing(port: number): number[] {
    return [...this.routes].filter(([, { hears }]) => hears & (1 << port)).map(([other]) => other);
  }

  /** The mixer heard this from the ports, an eighth of a second later. */
  report(...levels: number[]): void {
    this.#seconds += 1 / 8;
    const speaking = levels.reduce((bits, level, port) => bits | (level > 0 ? 1 << port : 0), 0);
    this.#onReport({ seconds: this.#seconds, levels: Float32Array.from(levels), speaking });
  }
}
