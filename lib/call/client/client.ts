import type { PresenceStatus, SignalMessage, SignalMessageOf } from "../../protocol/signal/index.ts";
import type { TypedEventTarget } from "../../session/index.ts";
import { Call } from "../call.ts";
import type { OpenLine } from "../call-line.ts";
import { bridge, Conference, type ConferenceOptions } from "../conference/index.ts";
import { watchPage } from "../page-watch.ts";
import { clientError } from "./client-error.ts";
import {
  ClientCallEvent,
  type ClientEventMap,
  ClientIncomingEvent,
  ClientMissedEvent,
  ClientPresenceEvent,
  ClientQualityEvent,
  type ClientState,
  ClientStateEvent,
  type Presence,
} from "./client-events.ts";
import type { ApplicationTarget, ClientOptions, ClientStats, PersonCallOptions } from "./client-options.ts";
import type { Exchange } from "./exchange.ts";
import { entryOf, type HistoryEntry } from "./history.ts";
import { IceServers } from "./ice-servers.ts";
import { IncomingCall } from "./incoming-call.ts";
import { type KeptCall, type KeptCalls, leaveCalls, takeCalls } from "./kept-calls.ts";
import { Others } from "./others.ts";
import { PeerLeg } from "./peer-leg.ts";
import { PeerLine, type PeerLineOptions } from "./peer-line.ts";
import { PreparedAudio } from "./prepared-audio.ts";
import { Reception } from "./reception.ts";
import { placeName, Registration } from "./registration.ts";
import { Roster } from "./roster.ts";
import type { Welcome } from "./signal-link.ts";

const ClientEvents = EventTarget as new () => TypedEventTarget<ClientEventMap>;

/**
 * A telephone: makes and takes calls, of people over a hub and of applications over RTVBP. One call is active and the others are held, unless
 * they are bridged. Page, main thread; constructing opens nothing. Whoever makes it closes it.
 */
export class Client extends ClientEvents {
  readonly id: string;
  /** Decides about calls that ring; what it passes, a person decides. */
  onIncoming: ClientOptions["onIncoming"];
  readonly #options: ClientOptions;
  readonly #routes = new Map<string, (message: SignalMessage) => void>();
  readonly #lines = new Map<Call, PeerLine>();
  readonly #conferences = new Set<Conference>();
  readonly #others: Others;
  readonly #ice: IceServers;
  readonly #reception: Reception;
  readonly #roster: Roster;
  readonly #exchange: Exchange;
  readonly #registration: Registration;
  readonly #audio: PreparedAudio;
  readonly #unwatch: () => void;
  /** Calls of the page before this one, until they are taken up. */
  #kept: KeptCalls | undefined;
  #ringTimeoutMs = 30_000;

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.id = options.id;
    this.onIncoming = options.onIncoming;
    this.#ice = new IceServers(() => this.#registration.send({ type: "ice-servers-request", data: {} }));
    this.#audio = new PreparedAudio(options.audio ?? {});
    const client = this;
    this.#exchange = {
      id: options.id,
      displayName: options.displayName,
      get ringTimeoutMs() {
        return client.#ringTimeoutMs;
      },
      get online() {
        return client.state === "online";
      },
      send: (message) => this.#registration.send(message),
      attach: (callId, listener) => {
        this.#routes.set(callId, listener);
        return () => this.#routes.delete(callId);
      },
      iceServers: async () => options.iceServers ?? (await this.#ice.get()),
    };
    this.#roster = new Roster({
      historyLimit: options.historyLimit,
      quality: options.quality,
      ended: (call) => {
        this.#lines.delete(call);
        this.#reception.callsChanged();
      },
      alert: (call, alert) => this.dispatchEvent(new ClientQualityEvent(call, alert)),
    });
    this.#others = new Others({
      id: options.id,
      displayName: options.displayName,
      contacts: options.contacts,
      send: (message) => this.#registration.send(message),
      changed: (id, presence) => this.dispatchEvent(new ClientPresenceEvent(id, presence)),
    });
    this.#reception = new Reception({
      get handler() {
        return client.onIncoming;
      },
      presence: this.#others.known,
      get activeCalls() {
        return client.calls.length;
      },
      show: (incoming) => this.dispatchEvent(new ClientIncomingEvent(incoming)),
      fault: (error) => console.error("voicebridge: a call handler failed; the call goes to a person.", error),
    });
    if (options.resume === "reload" && options.hub !== undefined) {
      this.#kept = takeCalls(placeName(options.hub, options.id));
    }
    this.#registration = new Registration(
      options,
      {
        message: (message) => this.#take(message),
        welcome: (welcome) => this.#welcome(welcome),
        changed: (state, previous, error) => {
          this.dispatchEvent(new ClientStateEvent(state, previous, error));
          if (state === "online") this.#takeUp();
        },
        get busy() {
          return client.calls.length > 0 || client.incoming.length > 0;
        },
      },
      this.#kept?.resume,
    );
    this.#unwatch = watchPage({
      changed: () => this.#registration.wake(),
      hidden: (kept) => !kept && this.#leavePage(),
    });
  }

  get state(): ClientState {
    return this.#registration.state;
  }

  /** Calls that are on, the oldest first: made here, or taken. */
  get calls(): readonly Call[] {
    return this.#roster.calls;
  }

  /** Calls that ring here, or wait in a queue. */
  get incoming(): readonly IncomingCall[] {
    return this.#reception.ringing;
  }

  /** The call with this identifier, or on the wire's. */
  find(id: string): Call | undefined {
    return this.calls.find((call) => call.id === id || this.#lines.get(call)?.has(id));
  }

  /** Calls that are over, newest first; a new array at every change. */
  get history(): readonly HistoryEntry[] {
    return this.#roster.history;
  }

  /** Who else is here, and how they can be reached, by id. */
  get presence(): ReadonlyMap<string, Presence> {
    return this.#others.known;
  }

  /** How this client says it can be reached. */
  get status(): PresenceStatus {
    return this.#others.status;
  }

  /** Whose `presence` to be told of from now on: at most 256, unless the hub says otherwise. */
  setContacts(ids: readonly string[]): void {
    this.#others.watch(ids);
  }

  /** Tells others. With `do-not-disturb` nothing rings here. */
  setPresence(status: PresenceStatus): void {
    this.#others.tell(status);
  }

  /**
   * Connects to the hub. Resolves when it is connected, or another tab of this person is (`standby`). Rejects with `VoiceError`; after
   * `hub-unreachable` it goes on trying. Idempotent.
   */
  connect(): Promise<void> {
    return this.#registration.connect();
  }

  /** Connects, and opens microphone and loudspeaker for the next call: it starts sooner. Call it from a click. Rejects with `VoiceError`. */
  async prepare(): Promise<void> {
    if (this.state === "closed") throw clientError("hub-closed", "The client is closed.");
    const connecting = this.#options.hub === undefined ? undefined : this.connect();
    await Promise.all([this.#audio.prepare(), connecting]);
    if (connecting) await this.#exchange.iceServers();
  }

  /** Calls a person by id, or an application by its address. Call it from a click. The call has begun when this returns; follow its state. */
  call(to: string | ApplicationTarget, options: PersonCallOptions = {}): Call {
    if (this.state === "closed") throw clientError("hub-closed", "The client is closed.");
    if (typeof to === "object" && to !== null) {
      const call = new Call({ ...this.#callAudio, ...to, openAudio: this.#audio.open });
      return this.#begin(call, "outgoing", { id: String(to.src ?? to.application ?? "application") });
    }
    if (typeof to !== "string" || to === "" || to === this.id)
      throw clientError("call-target", "That is nobody to call.");
    if (this.#options.hub === undefined) throw clientError("hub-refused", "This client has no hub.");
    const ringing = this.incoming.find(({ from }) => from.id === to);
    if (ringing) return ringing.accept();
    if (this.state === "standby") void this.takeOver();
    else void this.connect().catch(() => {}); // who waits for it hears of it
    const { displayName } = this.#options;
    const request = {
      media: "audio" as const,
      ...(displayName !== undefined && { displayName }),
      ...(options.metadata && {
        metadata: options.metadata as NonNullable<SignalMessageOf<"call-request">["data"]["metadata"]>,
      }),
    };
    return this.#begin(this.#personCall({ towards: to, request }), "outgoing", { id: to });
  }

  /** Where another tab is connected: takes its place, unless it has a call. Rejects with `client-elsewhere`. */
  takeOver(): Promise<void> {
    return this.#registration.takeOver();
  }

  /** Joins two calls of any kind: see `bridge`. */
  async bridge(
    first: Call,
    second: Call,
    options: Omit<ConferenceOptions, "maxParticipants"> = {},
  ): Promise<Conference> {
    return this.#lookAfter(await bridge(first, second, { ...this.#conferenceAudio, ...options }));
  }

  /** An empty conference with the devices of this client: `join` calls. It ends with the client, if not before. */
  conference(options: ConferenceOptions = {}): Conference {
    return this.#lookAfter(new Conference({ ...this.#conferenceAudio, ...options }));
  }

  async stats(): Promise<ClientStats> {
    const calls = this.calls.map(async (call) => ({ id: call.id, state: call.state, stats: await call.stats() }));
    return { state: this.state, ringing: this.incoming.length, calls: await Promise.all(calls) };
  }

  /** Ends every call, turns away what rings, and leaves the hub. Idempotent; resolves when nothing is open. */
  async close(): Promise<void> {
    if (this.state === "closed") return;
    for (const incoming of this.incoming) incoming.reject("unavailable");
    await Promise.all(this.calls.map((call) => call.hangUp("client closed")));
    await Promise.all([...this.#conferences].map((conference) => conference.end()));
    this.#unwatch();
    this.#registration.close();
    await this.#audio.close();
  }

  // ── the hub

  #welcome({ resumed, ringTimeoutMs }: Welcome): void {
    this.#ringTimeoutMs = ringTimeoutMs;
    if (!resumed) this.#others.beginAnew();
  }

  #take(message: SignalMessage): void {
    switch (message.type) {
      case "presence-list":
      case "presence":
        this.#others.take(message);
        return;
      case "ice-servers-response":
        this.#ice.take(message.data.iceServers as readonly RTCIceServer[], message.data.ttlSeconds);
        return;
      case "call-request":
        this.#rings(message);
        return;
      default:
        if (message.callId !== undefined) this.#routes.get(message.callId)?.(message);
    }
  }

  // ── calls that ring

  #rings({ from, callId, data }: SignalMessageOf<"call-request">): void {
    if (from === undefined || callId === undefined || this.#routes.has(callId)) return;
    const { displayName, metadata = {}, replaces } = data;
    const party = { id: from, ...(displayName !== undefined && { displayName }) };
    const ringingThere = [...this.#lines.values()].find((line) => line.ringingAt === from);
    // Both call at once: the smaller id stays the caller, and the other one takes its call.
    if (ringingThere && this.id < from) return;
    const { relayOnly, codec } = this.#options;
    const leg = new PeerLeg(this.#exchange, { callId, party, role: "callee", relayOnly, codec });
    if (ringingThere) {
      ringingThere.adopt(leg);
      return;
    }
    if (replaces !== undefined) {
      const replaced = [...this.#lines.values()].find((line) => line.callId === replaces && line.ready);
      if (replaced) replaced.takeOver(leg);
      else leg.reject("unavailable");
      return;
    }
    const active = this.calls.length > 0;
    const startedAt = Date.now();
    const client = this;
    const incoming = new IncomingCall(leg, {
      metadata,
      get waiting() {
        return client.calls.length > 0;
      },
      timeoutMs: this.#ringTimeoutMs,
      take: (taken) => this.#begin(this.#personCall({ towards: taken }), "incoming", party, startedAt),
    });
    incoming.addEventListener("ended", ({ end }) => {
      if (end.outcome === "accepted") return;
      const entry = entryOf(incoming, end);
      this.#roster.note(entry);
      if (entry.missed) this.dispatchEvent(new ClientMissedEvent(entry));
    });
    if (this.status === "do-not-disturb") incoming.reject("do-not-disturb");
    else if (active && this.#options.callWaiting === false) incoming.reject("busy");
    else void this.#reception.take(incoming);
  }

  // ── calls that are on

  #personCall(line: Pick<PeerLineOptions, "towards" | "request" | "resumes">, id?: string): Call {
    const { relayOnly, codec, mayTransfer, resume, dtmf, detectDtmf } = this.#options;
    const keep = resume === "reload";
    const open: OpenLine = (host, call) => {
      const callIdOf = (other: Call) => this.#lines.get(other)?.callId;
      const made = new PeerLine(host, {
        ...line,
        exchange: this.#exchange,
        relayOnly,
        codec,
        mayTransfer,
        keep,
        dtmf,
        detectDtmf,
        assets: this.#callAudio.assets,
        callIdOf,
      });
      this.#lines.set(call, made);
      return made;
    };
    return new Call({ ...this.#callAudio, openAudio: this.#audio.open, ...(id !== undefined && { id }), line: open });
  }

  #begin(
    call: Call,
    direction: KeptCall["direction"],
    party: { id: string },
    startedAt?: number,
    resumed = false,
  ): Call {
    this.#roster.add(call, direction, party, startedAt);
    this.dispatchEvent(new ClientCallEvent(call, direction, resumed));
    call.start().catch(() => {}); // `ended` says it
    return call;
  }

  get #callAudio(): NonNullable<ClientOptions["audio"]> {
    return this.#options.audio ?? {};
  }

  #lookAfter(conference: Conference): Conference {
    if (this.state === "closed") void conference.end();
    else if (!conference.ended) {
      this.#conferences.add(conference);
      conference.addEventListener("ended", () => this.#conferences.delete(conference));
    }
    return conference;
  }

  get #conferenceAudio(): Pick<ConferenceOptions, "microphone" | "devices" | "assets"> {
    const { microphone, devices, assets } = this.#callAudio;
    return { ...(microphone && { microphone }), ...(devices && { devices }), ...(assets && { assets }) };
  }

  // ── the page goes, and comes back

  /** At once: a page that goes away has no later. */
  #leavePage(): void {
    const { hub, id, resume: wanted } = this.#options;
    const calls: KeptCall[] = [];
    for (const call of this.calls) {
      const left = this.#lines.get(call)?.leave();
      const facts = left && this.#roster.factsOf(call);
      if (facts) calls.push({ id: call.id, ...left, ...facts, muted: call.muted, held: call.held.here });
    }
    const resume = this.#registration.resumption;
    if (wanted === "reload" && hub !== undefined && resume && calls.length > 0) {
      leaveCalls(placeName(hub, id), { calls, resume });
    }
    for (const line of this.#lines.values()) if (!line.kept) void line.hangUp("page closed");
  }

  /** The calls that were on when the page was loaded again. */
  #takeUp(): void {
    const { calls = [] } = this.#kept ?? {};
    this.#kept = undefined;
    const { relayOnly, codec } = this.#options;
    for (const { id, callId, party, role, direction, startedAt, muted, held } of calls) {
      const leg = new PeerLeg(this.#exchange, { callId, party, role, relayOnly, codec, kept: true });
      const call = this.#personCall({ towards: leg, resumes: true }, id);
      if (muted) void call.setMuted(true);
      this.#begin(call, direction, party, startedAt, true);
      if (held) {
        call.start().then(
          () => call.hold(),
          () => {}, // `ended` says it
        );
      }
    }
  }
}
