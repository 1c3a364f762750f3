import type { Codec, JsonObject, Params } from "../protocol/index.ts";
import {
  Backoff,
  type Clock,
  retry,
  type SessionEnd,
  SessionError,
  type SessionTap,
  systemClock,
} from "../session/index.ts";
import { type Connect, TransportError, withoutQuery } from "../transport/index.ts";
import type { CallEnd } from "./call-events.ts";
import type { CallLine, CallLineHost, LineStats } from "./call-line.ts";
import type { ReconnectOptions } from "./call-options.ts";
import type { DtmfPress } from "./dtmf-sender.ts";
import type { Whereabouts } from "./resume-token.ts";
import { VoiceError } from "./voice-error.ts";
import { VoiceLeg, type VoiceLegHost } from "./voice-leg.ts";

/** Who is called, and how to get there. */
export interface Destination {
  readonly connect: Connect;
  readonly application: string;
  /** The address, where there is one. */
  readonly src: string | URL | undefined;
}

/** What a line to an application needs of its call. */
export interface LineHost extends CallLineHost, Omit<VoiceLegHost, "clock" | "legEnded" | "moveTo"> {
  /** Where an application is found; undefined where nobody knows. */
  destinationOf(applicationId: string): Destination | undefined;
}

export interface LineOptions {
  /** Where it leads first. */
  readonly destination: Destination;
  readonly call: Omit<Params<"session.initialize">["call"], "session_id" | "to">;
  readonly to: string | undefined;
  readonly codecs: readonly Codec[];
  readonly metadata: JsonObject | null;
  /** False: a lost connection ends the call, and nothing is tried twice. */
  readonly reconnect: ReconnectOptions | false;
  /** Where the call was, on the page before one that was loaded again. */
  readonly resumed: Whereabouts | undefined;
  readonly tap: SessionTap | undefined;
}

/** Connecting where nobody waits in a conversation: for as long as it takes one attempt to time out. */
const CONNECT_LIMIT_MS = 20_000;
/** A connection that lasted for this long was good: when it is lost, everything begins anew. */
const STABLE_MS = 5000;

/**
 * The connection of a call for as long as the call lasts: one leg after the other. When a leg is lost, or the server sends it elsewhere, the
 * next one introduces the same call with `metadata.resumed_from`; when the application moves the call, the next one goes there.
 */
export class Line implements CallLine {
  readonly #host: LineHost;
  readonly #options: LineOptions;
  readonly #reconnecting: ReconnectOptions | undefined;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #giveUpAfterMs: number;
  readonly #nudges = new Set<() => void>();
  readonly #over = new AbortController();
  #destination: Destination;
  /** Where `application.move` leads: the next leg, once this one has ended. */
  #next: Destination | undefined;
  #moved: boolean;
  #leg: VoiceLeg | undefined;
  #opening: VoiceLeg | undefined;
  /** Of the last leg that was active. */
  #sessionId: string | undefined;
  #resumedFrom: string | undefined;
  #activeAt = 0;
  /** What is left of the time to be without a connection: a server that takes a call and drops it at once does not get it all again. */
  #patienceMs: number;

  constructor(host: LineHost, options: LineOptions) {
    this.#reconnecting = options.reconnect || undefined;
    const { giveUpAfterMs = 12_000, clock = systemClock, ...backoff } = this.#reconnecting ?? {};
    this.#host = host;
    this.#options = options;
    this.#destination = options.destination;
    this.#clock = clock;
    this.#backoff = new Backoff(backoff);
    this.#giveUpAfterMs = this.#patienceMs = giveUpAfterMs;
    this.#resumedFrom = options.resumed?.sessionId;
    this.#moved = options.resumed?.moved ?? false;
  }

  /** What a page needs to take the call up again. Undefined before it was connected. */
  get whereabouts(): Whereabouts | undefined {
    if (this.#sessionId === undefined) return undefined;
    const { application, src } = this.#destination;
    const address = src === undefined ? undefined : withoutQuery(String(src));
    return { sessionId: this.#sessionId, application, src: address, moved: this.#moved };
  }

  open(): Promise<void> {
    this.#host.progress("connecting");
    return this.#connect();
  }

  press(press: DtmfPress): boolean {
    return this.#leg?.session.emit("dtmf", press) ?? false;
  }

  async ping(): Promise<number> {
    if (!this.#leg) throw new VoiceError("call-state", "There is no connection.", "Wait until the call is connected.");
    return (await this.#leg.session.ping()).rttMs;
  }

  get rttMs(): number | undefined {
    return this.#leg?.rttMs;
  }

  async stats(): Promise<LineStats | undefined> {
    const leg = this.#leg;
    if (!leg) return undefined;
    const transport = await leg.stats();
    return { profile: leg.transport.profile, rttMs: leg.rttMs, transport };
  }

  /** Where there is no connection, tries at once to get one. */
  wake(): void {
    void this.#leg?.session.check();
    for (const nudge of [...this.#nudges]) nudge();
  }

  async hangUp(reason: string): Promise<void> {
    const ended = (this.#leg ?? this.#opening)?.session.hangUp(reason);
    this.#over.abort(new SessionError("session-closed", "The call ended."));
    await ended;
  }

  async #legEnded(leg: VoiceLeg, end: SessionEnd): Promise<void> {
    if (leg !== this.#leg) return; // while it was being opened: whoever opens it hears of it
    this.#leg = undefined;
    if (this.#over.signal.aborted) return;
    const next = end.method === "application.move" ? this.#next : undefined;
    this.#next = undefined;
    if (next) await this.#move(next);
    else if (end.resumable && this.#reconnecting) await this.#reconnect();
    else this.#finish(endOfCall(end));
  }

  async #move(next: Destination): Promise<void> {
    this.#destination = next;
    this.#moved = true;
    this.#host.away("moved");
    try {
      await this.#connect();
    } catch (error) {
      this.#finish(failure(error));
    }
  }

  async #reconnect(): Promise<void> {
    const stable = this.#clock.now() - this.#activeAt >= STABLE_MS;
    if (stable) {
      this.#patienceMs = this.#giveUpAfterMs;
      this.#backoff.reset();
    }
    const lostAt = this.#clock.now();
    this.#resumedFrom = this.#sessionId;
    this.#host.away("lost");
    try {
      await this.#try({
        delayMs: stable ? this.#backoff.spreadMs() : this.#backoff.nextMs(),
        withinMs: this.#patienceMs,
        attemptMs: this.#reconnecting?.attemptMs ?? 5000,
      });
      this.#patienceMs -= Math.max(0, this.#clock.now() - lostAt);
    } catch (error) {
      this.#finish(isTransient(error) ? lost(error) : failure(error));
    }
  }

  #connect(): Promise<void> {
    const tryForMs = this.#reconnecting ? (this.#reconnecting.connectWithinMs ?? 4000) : 0;
    return this.#try({ tryForMs, withinMs: tryForMs + CONNECT_LIMIT_MS });
  }

  #try(limits: { delayMs?: number; withinMs: number; tryForMs?: number; attemptMs?: number }): Promise<void> {
    return retry((signal) => this.#attempt(signal), {
      ...limits,
      clock: this.#clock,
      backoff: this.#backoff,
      signal: this.#over.signal,
      retryable: isTransient,
      nudge: (listener) => {
        this.#nudges.add(listener);
        return () => void this.#nudges.delete(listener);
      },
    });
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const { call, to, codecs, metadata, tap } = this.#options;
    const { connect, application } = this.#destination;
    const sessionId = crypto.randomUUID();
    const resumed = this.#resumedFrom === undefined ? {} : { resumed_from: this.#resumedFrom };
    const leg = new VoiceLeg(this.#legHost, {
      connect,
      application,
      call: { ...call, session_id: sessionId, to: to ?? application },
      codecs,
      metadata: metadata || this.#resumedFrom !== undefined ? { ...metadata, ...resumed } : null,
      tap,
    });
    this.#opening = leg;
    const codec = await leg.open(signal).catch(async (error: unknown) => {
      const end = await leg.session.ended;
      // In good order, instead of an answer: that is one.
      const turnedAway = error instanceof SessionError && end.by === "remote" && !end.error && !end.resumable;
      throw turnedAway ? new TurnedAwayError(end, error) : error;
    });
    if (leg.session.state !== "active") throw new SessionError("session-closed", "The session ended at once.");
    this.#opening = undefined;
    this.#leg = leg;
    this.#sessionId = sessionId;
    this.#resumedFrom = undefined;
    this.#activeAt = this.#clock.now();
    this.#host.back(codec);
  }

  get #legHost(): VoiceLegHost {
    return {
      ...this.#host,
      clock: this.#clock,
      moveTo: (applicationId) => {
        this.#next = applicationId === undefined ? undefined : this.#host.destinationOf(applicationId);
        return this.#next && applicationId;
      },
      legEnded: (leg, end) => void this.#legEnded(leg, end),
    };
  }

  #finish(end: CallEnd): void {
    if (this.#over.signal.aborted) return;
    this.#host.over(end);
  }
}

/** The application ended the session while it was being opened. */
class TurnedAwayError extends Error {
  readonly code = "remote-ended";
  constructor(
    readonly end: SessionEnd,
    cause: unknown,
  ) {
    super(`The other side ended the call: ${end.reason}.`, { cause });
  }
}

/** Nobody said no. */
function isTransient(error: unknown): boolean {
  return (error instanceof TransportError || error instanceof SessionError) && !error.fatal;
}

function lost(cause: unknown): CallEnd {
  const message = `The connection was lost and could not be made again. ${(cause as Error).message}`;
  const action = "Check the network connection and call again.";
  return {
    reason: "session-lost",
    by: "network",
    error: new VoiceError("session-lost", message, action, false, { cause }),
  };
}

/** What it means for a call that a leg could not be opened. */
export function failure(thrown: unknown): CallEnd {
  if (thrown instanceof TurnedAwayError) return endOfCall(thrown.end);
  const error = VoiceError.from(thrown);
  return { reason: error.code, by: "error", error };
}

function endOfCall({ reason, by, error }: SessionEnd): CallEnd {
  return error === undefined ? { reason, by } : { reason, by, error: VoiceError.from(error) };
}
