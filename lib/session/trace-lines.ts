/**
 * Lines up to a bound: the first quarter of the room keeps how it began, the rest what happened last. What falls out in between is counted.
 */
export class TraceLines {
  readonly #headChars: number;
  readonly #tailChars: number;
  readonly #head: string[] = [];
  #headUsed = 0;
  #tail: string[] = [];
  #tailUsed = 0;
  /** Of `#tail`: those before it are gone. */
  #tailFrom = 0;
  #droppedLines = 0;
  #droppedChars = 0;

  constructor(maxChars: number) {
    this.#headChars = maxChars / 4;
    this.#tailChars = maxChars - this.#headChars;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  get droppedChars(): number {
    return this.#droppedChars;
  }

  /** Characters held. */
  get chars(): number {
    return this.#headUsed + this.#tailUsed;
  }

  /** Lines held. */
  get length(): number {
    return this.#head.length + this.#tail.length - this.#tailFrom;
  }

  push(line: string): void {
    if (this.#tail.length === 0 && this.#headUsed + line.length <= this.#headChars) {
      this.#head.push(line);
      this.#headUsed += line.length;
      return;
    }
    this.#tail.push(line);
    this.#tailUsed += line.length;
    while (this.#tailUsed > this.#tailChars) this.#drop();
    if (this.#tailFrom > 1024 && this.#tailFrom * 2 > this.#tail.length) {
      this.#tail = this.#tail.slice(this.#tailFrom);
      this.#tailFrom = 0;
    }
  }

  /** In order; `gap` makes the line that stands for those dropped. */
  all(gap: (lines: number, chars: number) => string): string[] {
    const missing = this.#droppedLines > 0 ? [gap(this.#droppedLines, this.#droppedChars)] : [];
    return [...this.#head, ...missing, ...this.#tail.slice(this.#tailFrom)];
  }

  #drop(): void {
    const line = this.#tail[this.#tailFrom] ?? "";
    this.#tail[this.#tailFrom++] = "";
    this.#tailUsed -= line.length;
    this.#droppedLines++;
    this.#droppedChars += line.length;
  }
}
