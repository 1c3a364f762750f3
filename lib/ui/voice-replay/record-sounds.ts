import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { FlightRecord } from "../../call/flight-record.ts";

/** A recording in the record, at an address of this page. */
export interface RecordSound {
  readonly fromMs: number;
  readonly url: string;
}

/** The recordings of the record that is shown. Their addresses hold memory: they are there while the host is connected. */
export class RecordSounds implements ReactiveController {
  #sounds: FlightRecord["sounds"] = [];
  #offered: readonly RecordSound[] = [];
  #connected = false;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  get offered(): readonly RecordSound[] {
    return this.#offered;
  }

  show({ sounds }: FlightRecord): void {
    this.#revoke();
    this.#sounds = sounds;
    if (this.#connected) this.#offer();
  }

  hostConnected(): void {
    this.#connected = true;
    this.#offer();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#revoke();
  }

  #offer(): void {
    this.#offered = this.#sounds.map(({ fromMs, blob }) => ({ fromMs, url: URL.createObjectURL(blob) }));
  }

  #revoke(): void {
    for (const { url } of this.#offered) URL.revokeObjectURL(url);
    this.#offered = [];
  }
}
