import type { HubClient, HubLine } from "../../../../lib/node/hub/hub-client.ts";
import type { Switchboard } from "../../../../lib/node/hub/switchboard.ts";
import { decodeSignal, SignalInbox, type SignalMessage, SignalOutbox } from "../../../../lib/protocol/index.ts";
import type { SimClock } from "./sim-clock.ts";

export type Random = () => number;

/** A call as one side has lived it. */
export interface Side {
  readonly callId: string;
  readonly peer: string;
  readonly by: "caller" | "callee";
  state: "ringing" | "up" | "ended";
  readonly since: number;
  endedAt: number;
  endings: number;
  how: string;
}

/** What one side does with a call, decided beforehand by chance. */
export interface Plan {
  readonly answer: "accept" | "reject" | "redirect" | "ignore";
  readonly answerMs: number;
  /** The caller gives up after this time, if it still rings. */
  readonly cancelMs: number | undefined;
  readonly hangUp: "caller" | "callee" | "both";
  readonly talkMs: number;
}

interface Wire extends HubLine {
  up: boolean;
}

/**
 * A client behind a network: each way takes its time, keeps the order, and loses what is on its way when the connection breaks. It numbers what it
 * says and resumes, as the protocol has it.
 */
export class SimClient {
  readonly sides = new Map<string, Side>();
  readonly #board: Switchboard;
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #planOf: (callId: string) => Plan;
  #outbox = new SignalOutbox();
  #inbox = new SignalInbox();
  #token: string | undefined;
  #wire: Wire | undefined;
  #welcomed = false;
  #gone = false;

  constructor(
    readonly id: string,
    {
      board,
      clock,
      random,
      planOf,
    }: { board: Switchboard; clock: SimClock; random: Random; planOf: (callId: string) => Plan },
  ) {
    this.#board = board;
    this.#clock = clock;
    this.#random = random;
    this.#planOf = planOf;
    this.connect();
  }

  connect(): void {
    if (this.#gone || this.#wire) return;
    let client: HubClient | undefined;
    const [toHub, fromHub] = [this.#pipe(), this.#pipe()];
    const wire: Wire = {
      up: true,
      send: (text) => fromHub(wire, () => this.#hear(wire, text)),
      close: () => fromHub(wire, () => this.#closed(wire, client)),
    };
    this.#wire = wire;
    this.#welcomed = false;
    this.#say = (text) => toHub(wire, () => client && this.#board.receive(client, text));
    this.#break = () => {
      wire.up = false; // what is on its way is lost
      // The two ends notice in their own time.
      this.#clock.after(this.#random() * 3000, () => client && this.#board.disconnect(client, wire));
      this.#clock.after(this.#random() * 500, () => this.#lost(wire));
    };
    const resume = this.#token === undefined ? {} : { resume: this.#token, seen: this.#inbox.last };
    client = this.#board.connect({ id: this.id, line: wire, plain: false, ...resume });
  }

  /** The connection breaks; comes back by itself after `backMs`, with the token or, as a page that was reloaded, without. */
  cut({ backMs, reload }: { readonly backMs: number; readonly reload: boolean }): void {
    if (!this.#wire || this.#gone) return;
    this.#break();
    if (reload) this.#forget("reload");
    this.#clock.after(backMs, () => this.connect());
  }

  /** Leaves for ever. */
  leave(): void {
    if (this.#wire) this.#break();
    this.#gone = true;
    this.#forget("left");
  }

  call(peer: string, callId: string): void {
    if (this.#gone) return;
    const { cancelMs } = this.#planOf(callId);
    const side = this.#begin(callId, peer, "caller");
    this.#send({ type: "call-request", to: peer, callId, data: {} });
    if (cancelMs !== undefined)
      this.#clock.after(cancelMs, () => side.state === "ringing" && this.#hangUp(side, "cancelled"));
  }

  #say: (text: string) => void = () => {};
  #break: () => void = () => {};

  /** One way of a connection: in order, each message a while after it was sent. */
  #pipe(): (wire: Wire, deliver: () => void) => void {
    let last = 0;
    return (wire, deliver) => {
      last = Math.max(last, this.#clock.now() + 2 + this.#random() * 80);
      this.#clock.after(last - this.#clock.now(), () => wire.up && deliver());
    };
  }

  /** The hub has closed the connection: as duplicate, as superseded, or for the rate. */
  #closed(wire: Wire, client: HubClient | undefined): void {
    wire.up = false;
    if (client) this.#board.disconnect(client, wire);
    if (this.#wire === wire) this.#clock.after(2000, () => this.connect());
    this.#lost(wire);
  }

  #lost(wire: Wire): void {
    if (this.#wire === wire) this.#wire = undefined;
  }

  #forget(how: string): void {
    this.#token = undefined;
    this.#outbox = new SignalOutbox();
    this.#inbox = new SignalInbox();
    for (const side of this.sides.values()) this.#end(side, how);
  }

  #send(message: SignalMessage): void {
    const text = this.#outbox.add(message);
    if (this.#welcomed) this.#say(text);
  }

  #hear(wire: Wire, text: string): void {
    if (this.#wire !== wire || this.#gone) return;
    const message = decodeSignal(text);
    if (message.type === "welcome") this.#greet(message.data);
    if (!this.#inbox.take(message) || message.callId === undefined) return;
    const { callId, from = "" } = message;
    const side = this.sides.get(callId);
    switch (message.type) {
      case "call-request":
        this.#ring(callId, from);
        return;
      case "call-accept":
        if (side?.state === "ringing" && side.by === "caller") this.#up(side);
        return;
      case "call-reject":
        if (side) this.#end(side, message.data.code);
        return;
      case "call-redirect":
      case "hangup":
      case "error":
        if (side) this.#end(side, message.type);
        return;
      default:
        return;
    }
  }

  #greet({ resumed, resumeToken, received }: Extract<SignalMessage, { type: "welcome" }>["data"]): void {
    const again = resumed ? this.#outbox.after(received) : undefined;
    if (!again && this.#token !== undefined) this.#forget("not resumed");
    this.#token = resumeToken;
    this.#welcomed = true;
    for (const text of again ?? this.#outbox.after(0) ?? []) this.#say(text);
  }

  #ring(callId: string, from: string): void {
    const side = this.#begin(callId, from, "callee");
    const rival = [...this.sides.values()].find(
      ({ peer, by, state }) => peer === from && by === "caller" && state === "ringing",
    );
    if (rival && this.id < from) {
      this.#send({ type: "call-reject", to: from, callId, data: { code: "glare" } });
      this.#end(side, "glare");
      return;
    }
    if (rival) this.#hangUp(rival, "glare");
    this.#send({ type: "call-ringing", to: from, callId, data: {} });
    const { answer, answerMs } = this.#planOf(callId);
    this.#clock.after(answerMs, () => {
      if (side.state !== "ringing" || answer === "ignore") return;
      if (answer === "accept") {
        this.#send({ type: "call-accept", to: from, callId, data: {} });
        this.#up(side);
      } else if (answer === "reject") {
        this.#send({ type: "call-reject", to: from, callId, data: { code: "declined" } });
        this.#end(side, "rejected");
      } else {
        this.#send({ type: "call-redirect", to: from, callId, data: { target: "elsewhere" } });
        this.#end(side, "redirected");
      }
    });
  }

  #begin(callId: string, peer: string, by: Side["by"]): Side {
    if (this.sides.has(callId)) throw new Error(`${callId} began twice at ${this.id}`);
    const side: Side = {
      ...{ callId, peer, by, state: "ringing", since: this.#clock.now(), endedAt: Number.NaN, endings: 0, how: "" },
    };
    this.sides.set(callId, side);
    return side;
  }

  #up(side: Side): void {
    side.state = "up";
    const { hangUp, talkMs } = this.#planOf(side.callId);
    this.#send({ type: "candidate", to: side.peer, callId: side.callId, data: null });
    if (hangUp !== "both" && hangUp !== side.by) return;
    this.#clock.after(talkMs, () => side.state === "up" && this.#hangUp(side, "hung up"));
  }

  #hangUp(side: Side, how: string): void {
    this.#send({ type: "hangup", to: side.peer, callId: side.callId, data: { reason: how } });
    this.#end(side, how);
  }

  #end(side: Side, how: string): void {
    if (side.state === "ended") return;
    side.state = "ended";
    side.endedAt = this.#clock.now();
    side.endings++;
    side.how = how;
  }
}
