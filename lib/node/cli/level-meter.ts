const silentDb = -90;

/** How loud sound is: the root mean square since the last look, in decibels below full scale. */
export class LevelMeter {
  #sum = 0;
  #count = 0;

  feed(samples: Int16Array): void {
    for (const sample of samples) this.#sum += sample * sample;
    this.#count += samples.length;
  }

  take(): number {
    const power = this.#count === 0 ? 0 : this.#sum / this.#count / 32768 ** 2;
    this.#sum = 0;
    this.#count = 0;
    return power === 0 ? silentDb : Math.max(silentDb, 10 * Math.log10(power));
  }
}

const blocks = " ▁▂▃▄▅▆▇█";

/** A level as a bar of so many characters, from −60 dB to 0. */
export function levelBar(db: number, characters = 8): string {
  const filled = (Math.max(0, Math.min(60, db + 60)) / 60) * characters;
  return Array.from({ length: characters }, (_, i) => {
    const part = Math.max(0, Math.min(1, filled - i));
    return blocks[Math.round(part * (blocks.length - 1))];
  }).join("");
}
