import { randomUUID } from "node:crypto";
import {
  encodeSignal,
  type MalformedError,
  type RelayedType,
  type SignalErrorCode,
  type SignalMessage,
  type SignalMessageOf,
} from "../../protocol/index.ts";
import type { Clock } from "../../session/index.ts";
import { errorFields, type Logger } from "../logger.ts";
import { refuse, rejectedInstead, routed } from "./answers.ts";
import { CallTable, type HubCall, otherSide } from "./call-table.ts";
import { HubClient } from "./hub-client.ts";
import { type CallEnd, callEnds, type SwitchboardOptions } from "./switchboard-options.ts";

export type Relayed = SignalMessageOf<RelayedType>;
type CallRequest = SignalMessageOf<"call-request">;
type InCall = Exclude<Relayed, CallRequest>;

export interface CallRouterOptions {
  readonly find: (id: string) => HubClient | undefined;
  readonly ringTimeoutMs: number;
  readonly maxCallsPerClient: number;
  readonly route: SwitchboardOptions["route"];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands messages from client to client, and sees to it that each call ends on both sides. */
export class CallRouter {
  readonly calls = new CallTable();
  readonly ended = Object.fromEntries(callEnds.map((end) => [end, 0])) as Record<CallEnd, number>;
  begun = 0;
  relayed = 0;
  rateLimited = 0;
  readonly #options: CallRouterOptions;

  constructor(options: CallRouterOptions) {
    this.#options = options;
  }

  relay(client: HubClient, message: Relayed): void {
    if (message.type === "call-request") {
      this.#request(client, message);
      return;
    }
    const { callId, to } = message;
    const call = callId === undefined ? this.calls.between(client, to) : this.calls.find(callId);
    if (!call) {
      this.#relayUnknown(client, message);
      return;
    }
    const other = otherSide(call, client);
    if (other && (to === undefined || to === other.id)) this.#inCall(call, client, other, message);
    else refuse(client, message, "bad-request", "This is a call of others.");
  }

  /** Somebody is gone for good: its calls end. */
  leave(client: HubClient): void {
    for (const call of [...client.calls]) {
      const other = otherSide(call, client)!;
      const unanswered = call.stopRinging !== undefined && call.callee === client;
      const about = { from: client.id, to: other.id, callId: call.id };
      this.#end(call, "gone");
      other.deliver(
        unanswered
          ? { type: "call-reject", ...about, data: { code: "unavailable", reason: "gone" } }
          : { type: "hangup", ...about, data: { reason: "gone" } },
      );
    }
  }

  #inCall(call: HubCall, client: HubClient, other: HubClient, message: InCall): void {
    const ringing = call.stopRinging !== undefined;
    const called = call.callee === client;
    switch (message.type) {
      case "call-ringing":
      case "call-accept":
        if (!ringing || !called) return; // late, or said before
        if (message.type === "call-accept") this.#accepted(call);
        else if (message.data.position !== undefined || call.queued) {
          this.#ring(call);
          call.queued = message.data.position !== undefined;
        }
        break;
      case "call-redirect":
        if (!ringing || !called) {
          refuse(client, message, "bad-request", "Who is called redirects, before accepting.");
          return;
        }
        this.#end(call, "redirected");
        this.#forward(client, other, call.id, other.plain ? rejectedInstead(message) : message);
        return;
      case "call-transfer":
        if (other.plain) {
          refuse(client, message, "bad-request", "The other side cannot be transferred.");
          return;
        }
        break;
      case "call-reject":
        this.#end(call, "rejected");
        break;
      case "hangup":
        this.#end(call, "hangup");
        break;
      default:
        break;
    }
    this.#forward(client, other, call.id, message);
  }

  #request(client: HubClient, given: CallRequest): void {
    const { callId = randomUUID(), to } = given;
    const message = { ...given, callId };
    const { clock, logger } = this.#options;
    const known = this.calls.find(callId);
    if (known?.caller === client && known.callee.id === to) return; // said twice
    if (known || this.calls.hasEnded(callId)) {
      refuse(client, message, "bad-request", "This callId was used before.");
      return;
    }
    const outcome = this.#outcome(client, message);
    if (outcome instanceof HubClient) {
      const call = this.calls.add(callId, client, outcome);
      this.begun++;
      this.#ring(call);
      logger.info("call requested", { call: call.number, from: client.id, to: outcome.id });
      this.#forward(client, outcome, callId, message);
      return;
    }
    this.calls.remember(callId, clock.now());
    if ("type" in outcome) client.deliver(outcome);
    else refuse(client, message, outcome.code, outcome.text);
  }

  /** Where a call rings, or what the caller is told instead. */
  #outcome(
    client: HubClient,
    message: CallRequest & { readonly callId: string },
  ): HubClient | SignalMessage | Obstacle {
    const { callId, to } = message;
    const { clock, find, logger, maxCallsPerClient } = this.#options;
    if (to === undefined || to === client.id) return obstacle("bad-request", "Say whom to call.");
    if (!client.requests.take(clock.now())) {
      this.rateLimited++;
      return obstacle("rate-limited", "Too many calls: try again a little later.");
    }
    try {
      encodeSignal({ ...message, from: client.id, seq: Number.MAX_SAFE_INTEGER });
    } catch (error) {
      return obstacle("bad-request", (error as MalformedError).message);
    }
    try {
      const routing = this.#options.route?.({ from: client.id, to, data: message.data });
      if (routing) {
        const answer = routed(routing, { from: to, to: client.id, callId }, client.plain);
        encodeSignal(answer);
        return answer;
      }
    } catch (error) {
      logger.error("route failed", { from: client.id, to, ...errorFields(error) });
      return obstacle("unavailable", "The call could not be routed.");
    }
    const callee = find(to);
    if (!callee) return obstacle("unavailable", "Nobody is here under this id.");
    if (client.calls.size >= maxCallsPerClient) return obstacle("busy", "You have too many calls already.");
    if (callee.calls.size >= maxCallsPerClient) return obstacle("busy", "The other side has too many calls already.");
    // Who does not name calls has one at a time with each other client.
    if ((client.plain || callee.plain) && this.calls.between(client, to))
      return obstacle("busy", "There is a call between you already.");
    return callee;
  }

  /** From now on for the whole time. */
  #ring(call: HubCall): void {
    const { clock, ringTimeoutMs } = this.#options;
    call.stopRinging?.();
    call.stopRinging = clock.after(ringTimeoutMs, () => this.#timeOut(call));
  }

  #accepted(call: HubCall): void {
    call.stopRinging?.();
    call.stopRinging = undefined;
    this.#options.logger.info("call accepted", { call: call.number });
  }

  #timeOut(call: HubCall): void {
    const { id: callId, caller, callee } = call;
    this.#end(call, "timeout");
    callee.deliver({ type: "hangup", from: caller.id, to: callee.id, callId, data: { reason: "timeout" } });
    const data = { code: "timeout", reason: "not answered" };
    caller.deliver({ type: "call-reject", from: callee.id, to: caller.id, callId, data });
  }

  /**
   * About a call that this hub has not seen begin: it may have begun before the hub was started again. Messages pass, and with the first that
   * makes sense only within a call that is on, it is known here as well.
   */
  #relayUnknown(client: HubClient, message: InCall): void {
    const { callId, to, type } = message;
    if (callId !== undefined && this.calls.hasEnded(callId)) {
      if (type === "call-resume") refuse(client, message, "unavailable", "This call is over.");
      return;
    }
    const ends = type === "hangup" || type === "call-reject";
    const other = callId === undefined || to === undefined || to === client.id ? undefined : this.#options.find(to);
    if (callId === undefined || !other || other.plain) {
      if (!ends && type !== "candidate")
        refuse(client, message, "unavailable", "There is no such call, or nobody there.");
      return;
    }
    const { maxCallsPerClient, logger } = this.#options;
    const room = client.calls.size < maxCallsPerClient && other.calls.size < maxCallsPerClient;
    if (!ends && type !== "call-ringing" && type !== "call-redirect" && room) {
      const [caller, callee] = type === "call-accept" ? [other, client] : [client, other];
      const call = this.calls.add(callId, caller, callee);
      this.begun++;
      logger.info("call taken over", { call: call.number, from: caller.id, to: callee.id });
    }
    this.#forward(client, other, callId, message);
  }

  #forward(from: HubClient, to: HubClient, callId: string, message: Relayed): void {
    const { seq: _, ...rest } = message;
    const whole = { ...rest, from: from.id, to: to.id, callId } as Relayed;
    const named = whole.type === "call-request" || whole.type === "call-accept";
    this.relayed++;
    to.deliver(
      named && from.nameIsGiven ? ({ ...whole, data: { ...whole.data, ...from.name } } as SignalMessage) : whole,
    );
  }

  #end(call: HubCall, how: CallEnd): void {
    this.calls.end(call, this.#options.clock.now());
    this.ended[how]++;
    this.#options.logger.info("call ended", { call: call.number, how });
  }
}

interface Obstacle {
  readonly code: SignalErrorCode;
  readonly text: string;
}

const obstacle = (code: SignalErrorCode, text: string): Obstacle => ({ code, text });
