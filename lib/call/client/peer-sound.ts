import type { PeerConnection } from "../../transport/peer/index.ts";
import type { CallLineHost } from "../call-line.ts";
import type { AssetUrls } from "../call-options.ts";
import { type KeyWay, PeerKeys } from "./peer-keys.ts";
import type { PeerLeg } from "./peer-leg.ts";

export interface PeerSoundOptions {
  readonly dtmf?: KeyWay | undefined;
  readonly detectDtmf?: boolean | undefined;
  readonly assets?: AssetUrls | undefined;
}

/** Microphone, loudspeaker and keys of a call, which go over one leg's connection at a time. Page, main thread. Whoever makes it closes it. */
export class PeerSound {
  readonly #host: Pick<CallLineHost, "prepareTracks" | "pressed">;
  readonly #options: PeerSoundOptions;
  #connection: PeerConnection | undefined;
  #keys: PeerKeys | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(host: Pick<CallLineHost, "prepareTracks" | "pressed">, options: PeerSoundOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Whether it goes over this connection. */
  isOver(connection: PeerConnection): boolean {
    return connection === this.#connection;
  }

  /**
   * It goes over this leg from here on: one leg after the other, in the order in which it was asked. Resolves, and does nothing, where it does so already,
   * or the leg is over by then. Rejects where there is no sound to be had.
   */
  join(leg: PeerLeg): Promise<void> {
    const done = this.#queue.then(() => this.#join(leg));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** False: there is nowhere to press it. */
  press(digit: string, durationMs: number): boolean {
    this.#keys?.press(digit, durationMs);
    return this.#keys !== undefined;
  }

  /** The other side told of keys. */
  told(digits: string, audible: boolean): void {
    if (this.#keys) this.#keys.told(digits, audible);
    else for (const digit of digits) this.#host.pressed(digit, audible);
  }

  /** Idempotent. Microphone and loudspeaker are the call's. */
  close(): void {
    this.#closed = true;
    this.#keys?.close();
    this.#keys = undefined;
  }

  async #join(leg: PeerLeg): Promise<void> {
    const { connection } = leg;
    if (!connection || leg.ended || this.#closed || connection === this.#connection) return;
    const track = await this.#host.prepareTracks(connection);
    // What it went over before has no microphone any more, whatever becomes of this one.
    this.#connection = connection;
    await connection.sendTrack(track);
    this.#keys?.close();
    this.#keys = undefined;
    if (this.#closed || leg.ended) return;
    const { dtmf, detectDtmf, assets } = this.#options;
    this.#keys = new PeerKeys({
      ...{ connection, track, way: dtmf, listens: detectDtmf, assets },
      tell: (digit, audible) => leg.tellKey(digit, audible),
      pressed: (digit, audible) => this.#host.pressed(digit, audible),
    });
  }
}
