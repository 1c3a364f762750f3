import { type Session, SessionFaultEvent } from "../session/index.ts";

/** Hears the encoded sound of both sides as it is received and sent. Bytes are lent until the function returns; nothing may be written to them. */
export interface SoundTap {
  caller?(bytes: Uint8Array): void;
  agent?(bytes: Uint8Array): void;
  /** Of the agent's sound, the bytes from … to … since the call began were taken back before they were played. */
  takenBack?(fromByte: number, toByte: number): void;
}

/** Those who listen to a call. What one of them throws takes it away, and becomes a `fault` of the session. */
export class SoundTaps implements Required<SoundTap> {
  readonly #session: Session;
  readonly #taps = new Set<SoundTap>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Returns what takes it away. */
  add(tap: SoundTap): () => void {
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  caller(bytes: Uint8Array): void {
    if (this.#taps.size > 0) this.#tell((tap) => tap.caller?.(bytes));
  }

  agent(bytes: Uint8Array): void {
    if (this.#taps.size > 0) this.#tell((tap) => tap.agent?.(bytes));
  }

  takenBack(fromByte: number, toByte: number): void {
    if (toByte > fromByte) this.#tell((tap) => tap.takenBack?.(fromByte, toByte));
  }

  #tell(what: (tap: SoundTap) => void): void {
    for (const tap of this.#taps) {
      try {
        what(tap);
      } catch (error) {
        this.#taps.delete(tap);
        this.#session.dispatchEvent(new SessionFaultEvent(error, "sound tap"));
      }
    }
  }
}
