import type { KeyEar, KeyVoice } from "../../audio/key-sound.ts";
import type { PeerConnection } from "../../transport/peer/index.ts";
import type { AssetUrls } from "../call-options.ts";
import { HeardKeys } from "./heard-keys.ts";

/**
 * How keys travel between people. `auto`: as RTP events (RFC 4733) where the other side takes them, else as tones in the sound, and in words over
 * the hub either way. Else in this way alone; where it is not to be had, in words.
 */
export type KeyWay = "auto" | "rtp-events" | "in-band" | "words";

export interface PeerKeysOptions {
  readonly connection: PeerConnection;
  /** What is sent there while no key sounds. */
  readonly track: MediaStreamTrack;
  readonly way?: KeyWay | undefined;
  /** Whether keys in the other side's sound are looked for. Default true. */
  readonly listens?: boolean | undefined;
  readonly assets?: AssetUrls | undefined;
  /** Tells the other side in words. */
  readonly tell: (digit: string, audible: boolean) => void;
  /** The other side pressed a key, once for each. `audible`: it is heard by itself. */
  readonly pressed: (digit: string, audible: boolean) => void;
}

/** The keys of one connection, both ways. Page, main thread; what makes and finds tones is loaded where it is needed. Whoever makes it closes it. */
export class PeerKeys {
  readonly #options: PeerKeysOptions;
  readonly #heard = new HeardKeys();
  /** Of those that are open. */
  #ear: KeyEar | undefined;
  #voice: KeyVoice | undefined;
  /** The keys' track is sent in place of the microphone's, or about to be. */
  #speaking: Promise<void> | undefined;
  /** Keys that were given to the voice, in all. */
  #spoken = 0;
  #closed = false;

  /** @param options of a connection that is connected. */
  constructor(options: PeerKeysOptions) {
    this.#options = options;
    const { connection, way = "auto", listens = true, assets = {} } = options;
    // A site that serves its scripts itself, and not this one, may forbid inlined ones: it has keys in words.
    if (assets.workletUrl !== undefined && assets.mixerWorkletUrl === undefined) return;
    if (listens) this.#listen().catch(() => {}); // keys that are told are told all the same
    if (way === "in-band" || (way === "auto" && !connection.takesEvents)) this.#openVoice().catch(() => {});
  }

  /** After those that are still being pressed. */
  press(digit: string, durationMs: number): void {
    const { connection, way = "auto", tell } = this.#options;
    this.#heard.pressedHere(digit, durationMs, performance.now());
    const asEvent = (way === "auto" || way === "rtp-events") && connection.press(digit, durationMs);
    const audible = asEvent || this.#speak(digit, durationMs);
    if (way === "auto" || !audible) tell(digit, audible);
  }

  /** The other side tells of keys. */
  told(digits: string, audible: boolean): void {
    for (const digit of digits) {
      if (this.#heard.told(digit, performance.now())) this.#options.pressed(digit, audible);
    }
  }

  /** Idempotent. The connection, and what is sent over it, are somebody else's from here on. */
  close(): void {
    this.#closed = true;
    void this.#ear?.close();
    void this.#voice?.close();
    this.#ear = this.#voice = undefined;
  }

  #speak(digit: string, durationMs: number): boolean {
    const voice = this.#voice;
    if (!voice) return false;
    const { connection } = this.#options;
    this.#spoken++;
    this.#speaking ??= connection.sendTrack(voice.track).catch(() => {}); // closed meanwhile
    void this.#speaking.then(() => voice.press(digit, durationMs));
    return true;
  }

  /** @param played keys that have sounded, in all. */
  #silent(played: number): void {
    if (this.#closed || played < this.#spoken) return; // one more was pressed meanwhile
    this.#speaking = undefined;
    this.#options.connection.sendTrack(this.#options.track).catch(() => {}); // closed meanwhile
  }

  async #openVoice(): Promise<void> {
    const { KeyVoice } = await import("../../audio/key-sound.ts");
    const voice = await KeyVoice.open(this.#options.assets ?? {}, (played) => this.#silent(played));
    if (this.#closed) await voice.close();
    else this.#voice = voice;
  }

  async #listen(): Promise<void> {
    const { KeyEar } = await import("../../audio/key-sound.ts");
    const ear = await KeyEar.open(this.#options.assets ?? {}, this.#options.connection.remoteTrack, (digit) => {
      if (!this.#closed && this.#heard.heard(digit, performance.now())) this.#options.pressed(digit, true);
    });
    if (this.#closed) await ear.close();
    else this.#ear = ear;
  }
}
