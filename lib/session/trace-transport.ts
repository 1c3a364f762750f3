import type {
  MediaEnds,
  TextMessage,
  Transport,
  TransportClose,
  TransportListener,
  TransportStats,
} from "../transport/transport.ts";

/** A media frame that passed; `data` is a copy, and there only where the witness keeps sound. */
export interface WitnessedFrame {
  readonly bytes: number;
  readonly data: Uint8Array | undefined;
}

/** Hears what passes through a transport, as it passes. */
export interface TransportWitness {
  readonly keepsAudio: boolean;
  sentText(text: string): void;
  receivedText(message: TextMessage): void;
  sentFrame(frame: WitnessedFrame, accepted: boolean): void;
  receivedFrame(frame: WitnessedFrame, receivedAt: number): void;
  /** From here frames go past this thread; only `stats` of the transport still counts them. */
  mediaConnected(): void;
  closed(close: TransportClose): void;
}

/** A transport with somebody looking on. Changes nothing. */
export class WitnessedTransport implements Transport {
  readonly #inner: Transport;
  readonly #witness: TransportWitness;

  constructor(inner: Transport, witness: TransportWitness) {
    this.#inner = inner;
    this.#witness = witness;
  }

  get kind(): string {
    return this.#inner.kind;
  }

  get profile(): string {
    return this.#inner.profile;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  get live(): boolean {
    return this.#inner.live ?? false;
  }

  listen(listener: TransportListener): void {
    const witness = this.#witness;
    this.#inner.listen({
      text: (message) => {
        witness.receivedText(message);
        listener.text(message);
      },
      ...(listener.frame && {
        frame: (frame: Uint8Array, receivedAt: number) => {
          witness.receivedFrame(this.#note(frame), receivedAt);
          listener.frame?.(frame, receivedAt);
        },
      }),
      close: (close) => {
        witness.closed(close);
        listener.close(close);
      },
    });
  }

  sendText(text: string): void {
    this.#inner.sendText(text);
    this.#witness.sentText(text);
  }

  sendFrame(frame: Uint8Array): boolean {
    const note = this.#note(frame); // the bytes are the transport's from there on
    const accepted = this.#inner.sendFrame(frame);
    this.#witness.sentFrame(note, accepted);
    return accepted;
  }

  openMedia(): void {
    this.#inner.openMedia();
  }

  connectMedia(ends: MediaEnds): void {
    this.#inner.connectMedia(ends);
    this.#witness.mediaConnected();
  }

  takeBack(): number {
    return this.#inner.takeBack?.() ?? 0;
  }

  flushed(): Promise<void> {
    return this.#inner.flushed();
  }

  close(code?: number, reason?: string): Promise<TransportClose> {
    return this.#inner.close(code, reason);
  }

  abandon(reason: string): void {
    this.#inner.abandon(reason);
  }

  watch(everyMs: number, beat: (received: number) => void): void {
    this.#inner.watch(everyMs, beat);
  }

  stats(): Promise<TransportStats> {
    return this.#inner.stats();
  }

  #note(frame: Uint8Array): WitnessedFrame {
    return { bytes: frame.byteLength, data: this.#witness.keepsAudio ? frame.slice() : undefined };
  }
}
