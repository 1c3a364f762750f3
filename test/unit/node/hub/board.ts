import type { Arrival } from "../../../../lib/node/hub/directory.ts";
import { Switchboard } from "../../../../lib/node/hub/switchboard.ts";
import type { SwitchboardOptions } from "../../../../lib/node/index.ts";
import { decodeSignal, type SignalMessage } from "../../../../lib/protocol/index.ts";
import { ManualClock } from "../manual-clock.ts";

/** A client at a switchboard, without a socket between them. */
export class Phone {
  /** As they came, whatever they are. */
  readonly texts: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #board: Switchboard;
  #client: ReturnType<Switchboard["connect"]>;
  readonly #line = {
    send: (text: string) => void this.texts.push(text),
    close: (code: number, reason: string) => {
      this.closed ??= { code, reason };
    },
  };

  constructor(
    board: Switchboard,
    readonly id: string,
    options: Partial<Omit<Arrival, "id" | "line">> = {},
  ) {
    this.#board = board;
    this.#client = board.connect({ id, line: this.#line, plain: false, ...options });
  }

  say(message: object | string): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    if (this.#client && !this.closed) this.#board.receive(this.#client, text);
  }

  /** Its connection breaks. */
  lose(): void {
    if (this.#client) this.#board.disconnect(this.#client, this.#line);
  }

  /** What it was told since the last time, of these types. Everything but greetings and presence, where none is named. */
  take(...types: readonly string[]): SignalMessage[] {
    const social = ["welcome", "presence", "presence-list"];
    const all = this.texts.splice(0).map((text) => decodeSignal(text));
    return all.filter(({ type }) => (types.length > 0 ? types.includes(type) : !social.includes(type)));
  }

  /** `take`, without numbers and addresses. */
  heard(...types: readonly string[]): { type: string; data: unknown; from?: string; callId?: string }[] {
    return this.take(...types).map(({ type, data, from, callId }) => ({
      type,
      data,
      ...(from !== undefined && { from }),
      ...(callId !== undefined && { callId }),
    }));
  }

  get welcome(): Extract<SignalMessage, { type: "welcome" }>["data"] {
    for (const text of this.texts) {
      const message = decodeSignal(text);
      if (message.type === "welcome") return message.data;
    }
    throw new Error(`${this.id} was not welcomed`);
  }
}

export interface BoardRig {
  readonly board: Switchboard;
  readonly clock: ManualClock;
  readonly log: string[];
  phone(id: string, options?: ConstructorParameters<typeof Phone>[2]): Phone;
}

/** A switchboard whose time moves when told. */
export function makeBoard(options: SwitchboardOptions = {}): BoardRig {
  const clock = new ManualClock();
  const log: string[] = [];
  const write = (message: string, fields?: unknown): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: write, info: write, warn: write, error: write };
  const board = new Switchboard({ clock, logger, ...options });
  return { board, clock, log, phone: (id, phoneOptions) => new Phone(board, id, phoneOptions) };
}

export const nobody = { clients: 0, away: 0, ringing: 0, established: 0, heldCharacters: 0 };
