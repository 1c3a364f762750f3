import { encodeSignal, type SignalMessage } from "./signal-message.ts";

interface Sent {
  readonly seq: number;
  readonly text: string;
}

/**
 * Messages on their way to a peer that may lose its connection: numbered (`seq`), and kept until it is known that they arrived, so that a resumed
 * connection goes on where the one before broke off. The receiving side takes each number once (`SignalInbox`).
 */
export class SignalOutbox {
  readonly #maxCharacters: number;
  #sent: Sent[] = [];
  #characters = 0;
  #last = 0;
  /** Numbers up to this one are not kept any more, and cannot be sent again. */
  #forgotten = 0;

  /** @param last of an outbox whose place this one takes: the peer has everything up to this number. */
  constructor(maxCharacters = 1 << 18, last = 0) {
    this.#maxCharacters = maxCharacters;
    this.#last = this.#forgotten = last;
  }

  /** The number of the last message. */
  get last(): number {
    return this.#last;
  }

  /** Characters that are kept. */
  get characters(): number {
    return this.#characters;
  }

  /** Numbers a message and returns it as text. Over its limit the outbox forgets the oldest: `after` tells. */
  add(message: SignalMessage): string {
    const text = encodeSignal({ ...message, seq: this.#last + 1 });
    this.#sent.push({ seq: ++this.#last, text });
    this.#characters += text.length;
    while (this.#characters > this.#maxCharacters && this.#sent[0]) this.arrived(this.#sent[0].seq);
    return text;
  }

  /** The peer has everything up to this number. */
  arrived(seq: number): void {
    const kept = this.#sent.findIndex((sent) => sent.seq > seq);
    const gone = this.#sent.splice(0, kept < 0 ? this.#sent.length : kept);
    for (const { text } of gone) this.#characters -= text.length;
    this.#forgotten = Math.max(this.#forgotten, gone.at(-1)?.seq ?? 0);
  }

  /** What came after this number, in order. Undefined: something of it is not kept any more, or was never sent. */
  after(seq: number): readonly string[] | undefined {
    if (seq < this.#forgotten || seq > this.#last) return undefined;
    return this.#sent.filter((sent) => sent.seq > seq).map(({ text }) => text);
  }
}

/** Takes each number once: what is sent again after a resumption is known already. */
export class SignalInbox {
  #last: number;

  /** @param last of an inbox whose place this one takes. */
  constructor(last = 0) {
    this.#last = last;
  }

  /** The last number that was taken. */
  get last(): number {
    return this.#last;
  }

  /** False: it was here before. Messages without a number are always taken. */
  take({ seq }: Pick<SignalMessage, "seq">): boolean {
    if (seq === undefined) return true;
    if (seq <= this.#last) return false;
    this.#last = seq;
    return true;
  }
}
