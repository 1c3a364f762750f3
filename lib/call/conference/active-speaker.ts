/** What is known of somebody who may be the one who speaks. */
export interface Talker {
  readonly id: string;
  /** RMS, 0…1. */
  readonly level: number;
  readonly speaking: boolean;
}

/** Who interrupts is the active speaker after this time of being louder. */
const TAKEOVER_SECONDS = 0.5;
/** Louder is by 3 dB at least. */
const LOUDER = 1.41;
/** Share of a new level in the smoothed one, at eight a second: 300 ms or so. */
const SMOOTHING = 0.35;

/**
 * Decides who is the active speaker: whoever began, for as long as he speaks; somebody else only by being louder for half a second. Nobody, when
 * nobody speaks. Pure; knows the time by what it is told.
 */
export class ActiveSpeaker {
  readonly #levels = new Map<string, number>();
  #active: string | undefined;
  #challenger: string | undefined;
  #since = 0;

  get active(): string | undefined {
    return this.#active;
  }

  /** @param seconds on any clock that goes on. Returns who it is now. */
  update(seconds: number, talkers: readonly Talker[]): string | undefined {
    for (const id of this.#levels.keys()) if (!talkers.some((talker) => talker.id === id)) this.#levels.delete(id);
    for (const { id, level } of talkers) {
      const before = this.#levels.get(id) ?? 0;
      this.#levels.set(id, before + (level - before) * SMOOTHING);
    }
    const speaking = talkers.filter((talker) => talker.speaking);
    const loudest = speaking.reduce<Talker | undefined>(
      (most, talker) => (most && this.#levelOf(most.id) >= this.#levelOf(talker.id) ? most : talker),
      undefined,
    );
    if (!loudest || !speaking.some(({ id }) => id === this.#active)) {
      this.#active = loudest?.id;
      this.#challenger = undefined;
    } else if (loudest.id === this.#active || this.#levelOf(loudest.id) < LOUDER * this.#levelOf(this.#active!)) {
      this.#challenger = undefined;
    } else if (loudest.id !== this.#challenger) {
      this.#challenger = loudest.id;
      this.#since = seconds;
    } else if (seconds - this.#since >= TAKEOVER_SECONDS) {
      this.#active = loudest.id;
      this.#challenger = undefined;
    }
    return this.#active;
  }

  #levelOf(id: string): number {
    return this.#levels.get(id) ?? 0;
  }
}
