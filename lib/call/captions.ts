/** One line of the conversation as text. `final` is false while an agent's sentence is still growing. */
export interface Caption {
  readonly id: number;
  readonly speaker: "caller" | "agent";
  readonly text: string;
  readonly final: boolean;
  /** When its first text arrived, epoch milliseconds. */
  readonly at: number;
}

/** Collects transcript events into captions. The newest `capacity` are kept. */
export class Captions {
  #captions: Caption[] = [];
  #nextId = 1;

  constructor(private readonly capacity = 200) {}

  /** Oldest first. A new array at every change, so that it can be compared by identity. */
  get all(): readonly Caption[] {
    return this.#captions;
  }

  /** `input.transcript`: one finished utterance of the caller. */
  callerSaid(text: string, at: number): Caption {
    return this.#put({ id: this.#nextId++, speaker: "caller", text, final: true, at });
  }

  /** `output.transcript.delta`: more text of the agent's current utterance. */
  agentDelta(delta: string, at: number): Caption {
    const open = this.#openAgent();
    if (open) return this.#put({ ...open, text: open.text + delta });
    return this.#put({ id: this.#nextId++, speaker: "agent", text: delta, final: false, at });
  }

  /** `output.transcript.done`: `text` replaces what the deltas gave; absent keeps it (RTVBP). Undefined where there was nothing to finish. */
  agentDone(text: string | undefined, at: number): Caption | undefined {
    const open = this.#openAgent();
    if (open) return this.#put({ ...open, text: text ?? open.text, final: true });
    if (!text) return undefined;
    return this.#put({ id: this.#nextId++, speaker: "agent", text, final: true, at });
  }

  #openAgent(): Caption | undefined {
    return this.#captions.findLast((caption) => caption.speaker === "agent" && !caption.final);
  }

  #put(caption: Caption): Caption {
    const at = this.#captions.findIndex(({ id }) => id === caption.id);
    this.#captions = at < 0 ? [...this.#captions, caption].slice(-this.capacity) : this.#captions.with(at, caption);
    return caption;
  }
}
