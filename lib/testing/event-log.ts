import type { Clock } from "../session/index.ts";

/** Fields that must be there with these values; others may be there, too. Or a question. */
export type Match<T> = Partial<T> | ((data: T) => boolean);

/** What a test waited for did not come. The message lists what came instead. */
export class TestPeerError extends Error {
  override readonly name = "TestPeerError";
  readonly fatal = true;
  constructor(
    /** `peer-expectation`: it did not come. `peer-ended`: the call was over first. `peer-closed`: the peer takes no calls any more. */
    readonly code: "peer-expectation" | "peer-ended" | "peer-closed",
    message: string,
  ) {
    super(message);
  }
}

interface Heard {
  readonly name: string;
  readonly data: unknown;
  taken: boolean;
}

interface Waiting {
  readonly fits: (heard: Heard) => boolean;
  readonly settle: (outcome: Heard | TestPeerError) => void;
}

/** Events as they came. Each is given out once: those that wait for one get the first that fits, also from before they waited. */
export class EventLog {
  readonly #clock: Clock;
  readonly #heard: Heard[] = [];
  readonly #waiting = new Set<Waiting>();
  #ended: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Everything so far, taken or not. */
  get all(): readonly { readonly name: string; readonly data: unknown }[] {
    return this.#heard.map(({ name, data }) => ({ name, data }));
  }

  push(name: string, data: unknown): void {
    const heard: Heard = { name, data, taken: false };
    this.#heard.push(heard);
    for (const waiting of this.#waiting) {
      if (!waiting.fits(heard)) continue;
      waiting.settle(heard);
      return;
    }
  }

  /** Rejects with `TestPeerError`. */
  take<T>(name: string, match: Match<T> | undefined, timeoutMs: number): Promise<T> {
    const fits = (heard: Heard): boolean => !heard.taken && heard.name === name && matches(heard.data as T, match);
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Heard | TestPeerError): void => {
        cancel();
        this.#waiting.delete(waiting);
        if (outcome instanceof TestPeerError) {
          reject(outcome);
        } else {
          outcome.taken = true;
          resolve(outcome.data as T);
        }
      };
      const what = `${name}${match === undefined ? "" : ` ${typeof match === "function" ? "that fits" : text(match)}`}`;
      const fail = (code: TestPeerError["code"], why: string): void => {
        const came = this.#heard.map((heard) => `${heard.name} ${text(heard.data)}${heard.taken ? " (taken)" : ""}`);
        settle(new TestPeerError(code, `${why} ${what}. There was: ${came.join(", ") || "nothing"}.`));
      };
      const waiting: Waiting = { fits, settle };
      let cancel: () => void = () => undefined;
      const known = this.#heard.find(fits);
      if (known) return void settle(known);
      if (this.#ended !== undefined) return void fail("peer-ended", `The call is over (${this.#ended}), without`);
      cancel = this.#clock.after(timeoutMs, () => fail("peer-expectation", `Waited ${timeoutMs} ms in vain for`));
      this.#waiting.add(waiting);
    });
  }

  end(reason: string): void {
    this.#ended = reason;
    const error = new TestPeerError("peer-ended", `The call ended (${reason}) before what was waited for came.`);
    for (const { settle } of [...this.#waiting]) settle(error);
  }
}

function matches<T>(data: T, match: Match<T> | undefined): boolean {
  if (match === undefined) return true;
  if (typeof match === "function") return match(data);
  return Object.entries(match).every(([key, value]) => text((data as Record<string, unknown>)[key]) === text(value));
}

const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";
