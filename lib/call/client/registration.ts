import type { Resumption, SignalMessage } from "../../protocol/signal/index.ts";
import type { VoiceError } from "../voice-error.ts";
import { clientError } from "./client-error.ts";
import type { ClientState } from "./client-events.ts";
import type { ClientOptions } from "./client-options.ts";
import { type LinkState, SignalLink, type Welcome } from "./signal-link.ts";
import { TabLock } from "./tab-lock.ts";

export interface RegistrationHost {
  message(message: SignalMessage): void;
  /** Before anything that was said meanwhile. */
  welcome(welcome: Welcome): void;
  changed(state: ClientState, previous: ClientState, error: VoiceError | undefined): void;
  /** Whether calls are on, or ring: another tab does not get the place then. */
  readonly busy: boolean;
}

type RegistrationOptions = Pick<ClientOptions, "hub" | "id" | "displayName" | "token" | "contacts" | "link" | "tabs">;

/** How long a tab that has the place may take to give it up. */
const yieldMs = 3000;

/**
 * The place of a client at its hub: a connection, kept up, of one tab of those that are open with the same hub and id. Page, main thread. Whoever
 * makes it closes it.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #host: RegistrationHost;
  readonly #lock: TabLock | undefined;
  #link: SignalLink | undefined;
  #state: ClientState = "offline";
  #connecting: Promise<void> | undefined;
  #waiters = new Set<() => void>();

  /** @param resume of a page before this one, whose place this one takes. */
  constructor(options: RegistrationOptions, host: RegistrationHost, resume?: Resumption) {
    this.#options = options;
    this.#host = host;
    this.#link = this.#newLink(resume);
    const { tabs = "one", hub, id } = options;
    if (tabs === "one" && hub !== undefined) this.#lock = new TabLock(placeName(hub, id), () => this.#yield());
  }

  get state(): ClientState {
    return this.#state;
  }

  /** For a page that takes the place of this one. Undefined where there is none. */
  get resumption(): Resumption | undefined {
    return this.#state === "online" || this.#state === "away" ? this.#link?.resumption : undefined;
  }

  /** Sent, or kept until there is a connection. */
  send(message: SignalMessage): void {
    this.#link?.send(message);
  }

  /** Something happened to the network or the page. */
  wake(): void {
    this.#link?.wake();
  }

  /** See `Client.connect`. */
  connect(): Promise<void> {
    if (this.#options.hub === undefined) {
      return Promise.reject(clientError("hub-refused", "This client has no hub."));
    }
    if (this.#state === "closed") return Promise.reject(closedError());
    return this.#connecting ?? this.#follow(this.#connect());
  }

  /** See `Client.takeOver`. */
  async takeOver(): Promise<void> {
    if (this.#state !== "standby") return this.connect();
    this.#lock?.ask();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(changed);
      };
      const timer = setTimeout(() => {
        done();
        reject(clientError("client-elsewhere", "Another tab has a call."));
      }, yieldMs);
      const changed = (): void => {
        if (this.#state === "standby") return;
        done();
        resolve();
      };
      this.#waiters.add(changed);
    });
    await this.connect();
  }

  /** Idempotent. */
  close(): void {
    this.#lock?.close();
    this.#link?.close();
    this.#link = undefined;
    this.#to("closed");
  }

  async #connect(): Promise<void> {
    const free = !this.#lock || (await this.#lock.tryNow());
    if (this.#state === "closed") throw closedError();
    if (free) await this.#link?.open();
    else this.#standBy();
  }

  /** Until it fails, this is what connecting is. */
  #follow(connecting: Promise<void>): Promise<void> {
    this.#connecting = connecting;
    connecting.catch(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    return connecting;
  }

  /** Another tab wants to be the one that is connected. */
  #yield(): void {
    if (this.#host.busy) return;
    this.#link?.close();
    this.#link = this.#newLink();
    this.#lock?.release();
    this.#connecting = Promise.resolve();
    this.#standBy(); // behind the tab that asked: it waits already
  }

  #standBy(): void {
    this.#to("standby");
    this.#lock?.wait().then(
      () => {
        if (this.#link) void this.#follow(this.#link.open());
      },
      () => {}, // closed meanwhile
    );
  }

  #newLink(resume?: Resumption): SignalLink | undefined {
    const { hub, id, displayName, token, contacts, link } = this.#options;
    if (hub === undefined) return undefined;
    const made: SignalLink = new SignalLink(
      { hub, id, displayName, contactsOnly: contacts !== undefined, token, resume, ...link },
      {
        message: (message) => this.#host.message(message),
        welcome: (welcome) => this.#host.welcome(welcome),
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

  #to(state: ClientState, error?: VoiceError): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.#host.changed(state, previous, error);
    for (const changed of [...this.#waiters]) changed();
  }
}

/** Of a client at a hub, in all tabs of a site. */
export const placeName = (hub: string | URL, id: string): string =>
  `voicebridge:${String(hub).replace(/[?#].*$/s, "")}:${id}`;

const closedError = () => clientError("hub-closed", "The client is closed.");
