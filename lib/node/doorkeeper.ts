import { addressKey } from "./address-key.ts";
import { AddressRates } from "./address-rates.ts";
import type { Rate } from "./token-bucket.ts";
import { type Refusal, type RefusalCause, refusalCauses } from "./upgrade-policy.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** How many connections a voice server takes, in all and from one address. */
export interface DoorOptions {
  /** Default 1000. */
  readonly maxSessions?: number;
  /** Default: as many as `maxSessions`. An address is an IPv4 address or an IPv6 /64. */
  readonly maxSessionsPerAddress?: number;
  /** Upgrades that one address may ask for, refused ones included; more are answered 429. Default: any number. */
  readonly upgradeRate?: Rate;
  /** What a caller is told to wait when all lines are busy or the server shuts down. Default 5. */
  readonly retryAfterSeconds?: number;
}

/** Who is in, who may come in, and who was refused and why. */
export class Doorkeeper {
  /** Nobody is let in any more. */
  closed = false;
  readonly refused = Object.fromEntries(refusalCauses.map((cause) => [cause, 0])) as Record<RefusalCause, number>;
  readonly #options: DoorOptions;
  readonly #rates: AddressRates | undefined;
  readonly #perAddress = new Map<string, number>();
  #inside = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#rates = options.upgradeRate && new AddressRates(options.upgradeRate);
  }

  /** Before anything is checked. */
  turnAway({ address }: Pick<UpgradeRequest, "address">, nowMs = Date.now()): Refusal | undefined {
    if (this.closed) return this.#busy("closing", "The server is shutting down.");
    const waitMs = this.#rates?.take(addressKey(address), nowMs) ?? 0;
    if (waitMs === 0) return undefined;
    const headers = { "Retry-After": String(Math.ceil(waitMs / 1000)) };
    return { cause: "rate", status: 429, message: "Too many calls from this address.", headers };
  }

  /** After everything was checked, in the task in which the session is made. */
  capacity({ address }: Pick<UpgradeRequest, "address">): Refusal | undefined {
    if (this.closed) return this.#busy("closing", "The server is shutting down.");
    const { maxSessions = 1000, maxSessionsPerAddress = maxSessions } = this.#options;
    const here = this.#perAddress.get(addressKey(address)) ?? 0;
    return this.#inside >= maxSessions || here >= maxSessionsPerAddress ? this.busy() : undefined;
  }

  busy(): Refusal {
    return this.#busy("full", "All lines are busy.");
  }

  /** Addresses somebody inside comes from. */
  get addresses(): number {
    return this.#perAddress.size;
  }

  enter(address: string): void {
    const key = addressKey(address);
    this.#inside++;
    this.#perAddress.set(key, (this.#perAddress.get(key) ?? 0) + 1);
  }

  leave(address: string): void {
    const key = addressKey(address);
    this.#inside--;
    const left = (this.#perAddress.get(key) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(key, left);
    else this.#perAddress.delete(key);
  }

  #busy(cause: RefusalCause, message: string): Refusal {
    const headers = { "Retry-After": String(this.#options.retryAfterSeconds ?? 5) };
    return { cause, status: 503, message, headers };
  }
}
