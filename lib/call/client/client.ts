import { CallAudio } from "../../audio/index.ts";
import type { PresenceStatus, SignalMessage, SignalMessageOf } from "../../protocol/signal/index.ts";
import type { TypedEventTarget } from "../../session/index.ts";
import { Call } from "../call.ts";
import type { OpenLine } from "../call-line.ts";
import type { CallAudioPort, CallOptions } from "../call-options.ts";
import type { CallStats } from "../call-stats.ts";
import { bridge, Conference, type ConferenceOptions } from "../conference/index.ts";
import { watchPage } from "../page-watch.ts";
import type { VoiceError } from "../voice-error.ts";
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
import type { ClientOptions } from "./client-options.ts";
import type { Exchange } from "./exchange.ts";
import type { HistoryEntry } from "./history.ts";
import { IceServers } from "./ice-servers.ts";
import { IncomingCall } from "./incoming-call.ts";
import { PeerLeg } from "./peer-leg.ts";
import { PeerLine } from "./peer-line.ts";
import { Reception } from "./reception.ts";
import { Roster } from "./roster.ts";
import { type LinkState, SignalLink } from "./signal-link.ts";
import { TabLock } from "./tab-lock.ts";

/** An application to call over RTVBP, in place of a person. */
export type ApplicationTarget = Omit<CallOptions, "line"> &
  ({ readonly src: string | URL } | Required<Pick<CallOptions, "connect">>);

export interface PersonCallOptions {
  /** For who is called, with the ring. JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface ClientStats {
  readonly state: ClientState;
  readonly ringing: number;
  readonly calls: readonly { readonly id: string; readonly state: Call["state"]; readonly stats: CallStats }[];
}

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
  readonly #presence = new Map<string, Presence>();
  readonly #ice: IceServers;
  readonly #reception: Reception;
  readonly #roster: Roster;
  readonly #exchange: Exchange;
  readonly #lock: TabLock | undefined;
  readonly #unwatch: () => void;
  #link: SignalLink | undefined;
  #state: ClientState = "offline";
  #status: PresenceStatus = "available";
  #ringTimeoutMs = 30_000;
  #connecting: Promise<void> | undefined;
  #prepared: Promise<CallAudioPort> | undefined;

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.id = options.id;
    this.onIncoming = options.onIncoming;
    this.#ice = new IceServers(() => this.#link?.send({ type: "ice-servers-request", data: {} }));
    this.#link = this.#newLink();
    const client = this;
    this.#exchange = {
      id: options.id,
      displayName: options.displayName,
      get ringTimeoutMs() {
        return client.#ringTimeoutMs;
      },
      send: (message) => this.#link?.send(message),
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
    this.#reception = new Reception({
      get handler() {
        return client.onIncoming;
      },
      presence: this.#presence,
      get activeCalls() {
        return client.calls.length;
      },
      show: (incoming) => this.dispatchEvent(new ClientIncomingEvent(incoming)),
      fault: (error) => console.error("voicebridge: a call handler failed; the call goes to a person.", error),
    });
    const { tabs = "one", hub } = options;
    if (tabs === "one" && hub !== undefined) this.#lock = new TabLock(lockName(hub, options.id), () => this.#yield());
    this.#unwatch = watchPage({
      changed: () => this.#link?.wake(),
      hidden: (kept) => {
        // At once: a page that goes away has no later.
        if (!kept) for (const line of this.#lines.values()) void line.hangUp("page closed");
      },
    });
  }

  get state(): ClientState {
    return this.#state;
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
    return this.#presence;
  }

  /** How this client says it can be reached. */
  get status(): PresenceStatus {
    return this.#status;
  }

  /** Tells others. With `do-not-disturb` nothing rings here. */
  setPresence(status: PresenceStatus): void {
    this.#status = status;
    this.#tellPresence();
  }

  /**
   * Connects to the hub. Resolves when it is connected, or another tab of this person is (`standby`). Rejects with `VoiceError`; after
   * `hub-unreachable` it goes on trying. Idempotent.
   */
  connect(): Promise<void> {
    if (this.#options.hub === undefined) {
      return Promise.reject(clientError("hub-refused", "This client has no hub."));
    }
    if (this.#state === "closed") return Promise.reject(clientError("hub-closed", "The client is closed."));
    if (!this.#connecting) {
      const connecting = this.#connect();
      this.#connecting = connecting;
      connecting.catch(() => {
        if (this.#connecting === connecting) this.#connecting = undefined;
      });
    }
    return this.#connecting;
  }

  /** Connects, and opens microphone and loudspeaker for the next call: it starts sooner. Call it from a click. Rejects with `VoiceError`. */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#openAudio({ ...this.#audio });
    const audio = this.#prepared;
    audio.catch(() => {
      if (this.#prepared === audio) this.#prepared = undefined;
    });
    const connecting = this.#options.hub === undefined ? undefined : this.connect();
    await Promise.all([audio, connecting]);
    if (connecting) await this.#exchange.iceServers();
  }

  /** Calls a person by id, or an application by its address. Call it from a click. The call has begun when this returns; follow its state. */
  call(to: string | ApplicationTarget, options: PersonCallOptions = {}): Call {
    if (this.#state === "closed") throw clientError("hub-closed", "The client is closed.");
    if (typeof to === "object") {
      const call = new Call({ ...this.#audio, ...to, ...this.#openingAudio });
      return this.#begin(call, "outgoing", { id: String(to.src ?? to.application ?? "application") });
    }
    if (to === "" || to === this.id) throw clientError("call-target", "That is nobody to call.");
    const ringing = this.incoming.find(({ from }) => from.id === to);
    if (ringing) return ringing.accept();
    if (this.#state === "standby") void this.takeOver();
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
  async takeOver(): Promise<void> {
    if (this.#state !== "standby") return this.connect();
    this.#lock?.ask();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.removeEventListener("state", changed);
      };
      const timer = setTimeout(() => {
        done();
        reject(clientError("client-elsewhere", "Another tab has a call."));
      }, 3000);
      const changed = (): void => {
        if (this.#state === "standby") return;
        done();
        resolve();
      };
      this.addEventListener("state", changed);
    });
    await this.connect();
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
    return { state: this.#state, ringing: this.incoming.length, calls: await Promise.all(calls) };
  }

  /** Ends every call, turns away what rings, and leaves the hub. Idempotent; resolves when nothing is open. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    for (const incoming of this.incoming) incoming.reject("unavailable");
    await Promise.all(this.calls.map((call) => call.hangUp("client closed")));
    await Promise.all([...this.#conferences].map((conference) => conference.end()));
    this.#unwatch();
    this.#lock?.close();
    this.#link?.close();
    this.#link = undefined;
    this.#to("closed");
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.then((audio) => audio.close()).catch(() => {});
  }

  // ── the hub

  async #connect(): Promise<void> {
    if (this.#lock && !(await this.#lock.tryNow())) {
      this.#to("standby");
      void this.#lock.wait().then(
        () => this.#link?.open().catch(() => {}),
        () => {}, // closed meanwhile
      );
      return;
    }
    await this.#link?.open();
  }

  /** Another tab wants to be the one that is connected. */
  #yield(): void {
    if (this.calls.length > 0 || this.incoming.length > 0) return;
    this.#link?.close();
    this.#link = this.#newLink();
    this.#lock?.release();
    this.#connecting = this.#state === "closed" ? undefined : this.#standBy();
  }

  /** Behind the tab that asked: it waits already. */
  async #standBy(): Promise<void> {
    this.#to("standby");
    await this.#lock?.wait();
    await this.#link?.open();
  }

  #newLink(): SignalLink | undefined {
    const { hub, id, displayName, token, link } = this.#options;
    if (hub === undefined) return undefined;
    const made: SignalLink = new SignalLink(
      { hub, id, displayName, token, ...link },
      {
        message: (message) => this.#take(message),
        welcome: ({ resumed, ringTimeoutMs }) => {
          this.#ringTimeoutMs = ringTimeoutMs;
          if (!resumed) this.#forgetOthers();
          if (!resumed && this.#status !== "available") this.#tellPresence();
        },
        state: (state, error) => made === this.#link && this.#linkIs(state, error),
      },
    );
    return made;
  }

  #linkIs(state: LinkState, error: VoiceError | undefined): void {
    if (state !== "closed") this.#to(state === "idle" ? "offline" : state, error);
    else if (error) {
      this.#connecting = undefined;
      this.#link = this.#newLink();
      this.#lock?.release();
      this.#to("offline", error);
    }
  }

  #tellPresence(): void {
    const { displayName } = this.#options;
    this.#link?.send({
      type: "presence",
      data: { status: this.#status, ...(displayName !== undefined && { displayName }) },
    });
  }

  #forgetOthers(): void {
    for (const id of [...this.#presence.keys()]) this.#present(id, undefined);
  }

  #present(id: string, presence: Presence | undefined): void {
    if (presence) this.#presence.set(id, presence);
    else if (!this.#presence.delete(id)) return;
    this.dispatchEvent(new ClientPresenceEvent(id, presence));
  }

  #take(message: SignalMessage): void {
    switch (message.type) {
      case "presence-list":
        for (const { id, ...presence } of message.data.clients) this.#present(id, presence as Presence);
        return;
      case "presence": {
        const { status, displayName } = message.data;
        if (message.from === undefined || message.from === this.id) return;
        const presence =
          status === "offline" ? undefined : { status, ...(displayName !== undefined && { displayName }) };
        this.#present(message.from, presence);
        return;
      }
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
    const incoming = new IncomingCall(leg, {
      metadata,
      waiting: active,
      timeoutMs: this.#ringTimeoutMs,
      take: (taken) => this.#begin(this.#personCall({ towards: taken }), "incoming", party, startedAt),
    });
    incoming.addEventListener("ended", ({ end }) => {
      if (end.outcome === "accepted") return;
      const missed = end.outcome === "missed";
      const entry: HistoryEntry = {
        id: callId,
        direction: "incoming",
        party,
        startedAt,
        connectedAt: undefined,
        endedAt: Date.now(),
        reason: end.reason,
        missed,
      };
      this.#roster.note(entry);
      if (missed) this.dispatchEvent(new ClientMissedEvent(entry));
    });
    if (this.#status === "do-not-disturb") incoming.reject("do-not-disturb");
    else if (active && this.#options.callWaiting === false) incoming.reject("busy");
    else void this.#reception.take(incoming);
  }

  // ── calls that are on

  #personCall(line: Pick<ConstructorParameters<typeof PeerLine>[1], "towards" | "request">): Call {
    const { relayOnly, codec, mayTransfer } = this.#options;
    const open: OpenLine = (host, call) => {
      const callIdOf = (other: Call) => this.#lines.get(other)?.callId;
      const made = new PeerLine(host, { ...line, exchange: this.#exchange, relayOnly, codec, mayTransfer, callIdOf });
      this.#lines.set(call, made);
      return made;
    };
    return new Call({ ...this.#audio, ...this.#openingAudio, line: open });
  }

  #begin(call: Call, direction: "incoming" | "outgoing", party: { id: string }, startedAt?: number): Call {
    this.#roster.add(call, direction, party, startedAt);
    this.dispatchEvent(new ClientCallEvent(call, direction));
    call.start().catch(() => {}); // `ended` says it
    return call;
  }

  get #audio(): NonNullable<ClientOptions["audio"]> {
    return this.#options.audio ?? {};
  }

  #lookAfter(conference: Conference): Conference {
    if (this.#state === "closed") void conference.end();
    else if (!conference.ended) {
      this.#conferences.add(conference);
      conference.addEventListener("ended", () => this.#conferences.delete(conference));
    }
    return conference;
  }

  get #conferenceAudio(): Pick<ConferenceOptions, "microphone" | "devices" | "assets"> {
    const { microphone, devices, assets } = this.#audio;
    return { ...(microphone && { microphone }), ...(devices && { devices }), ...(assets && { assets }) };
  }

  #openAudio(options: Parameters<typeof CallAudio.open>[0]): Promise<CallAudioPort> {
    return (this.#audio.openAudio ?? CallAudio.open)(options);
  }

  /** What was prepared goes to the first call that needs it. */
  get #openingAudio(): Pick<CallOptions, "openAudio"> {
    return {
      openAudio: async (options) => {
        const prepared = this.#prepared;
        this.#prepared = undefined;
        return (await prepared?.catch(() => undefined)) ?? this.#openAudio(options);
      },
    };
  }

  #to(state: ClientState, error?: VoiceError): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.dispatchEvent(new ClientStateEvent(state, previous, error));
  }
}

const lockName = (hub: string | URL, id: string): string => `voicebridge:${String(hub).replace(/[?#].*$/s, "")}:${id}`;
