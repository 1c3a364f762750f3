import type { EventData, EventName } from "../protocol/index.ts";
import type { MessageContext } from "./context.ts";
import type { SessionState } from "./state.ts";

/** How and why a session ended. There is exactly one per session. */
export interface SessionEnd {
  /** What the ending side said, or a `code` of this library. */
  readonly reason: string;
  readonly by: "local" | "remote" | "network";
  /** The operation that ended it, where one did: `call.hangup`, `application.move`, `session.terminate`. */
  readonly method?: string;
  /** Where it did not end in good order. */
  readonly error?: unknown;
  /**
   * The call need not be over: the connection was lost, or the peer wants to go on over another one. The wire has no resume: that is a new
   * session, with the same `call.id` and `metadata.resumed_from`.
   */
  readonly resumable?: true;
}

/** The session moved from `previous` to `state`. */
export class SessionStateEvent extends Event {
  constructor(
    readonly state: SessionState,
    readonly previous: SessionState,
  ) {
    super("statechange");
  }
}

/** The session is over. Exactly once per session. */
export class SessionEndedEvent extends Event {
  constructor(readonly end: SessionEnd) {
    super("ended");
  }
}

/** Something went wrong that the session survives: a message that could not be read, a handler that threw. */
export class SessionFaultEvent extends Event {
  constructor(
    readonly error: unknown,
    /** Method or event it happened at, where known. */
    readonly at: string | undefined,
  ) {
    super("fault");
  }
}

/** An event of the catalog, from the peer. Its type is its name on the wire. */
export class RemoteEvent<E extends EventName> extends Event {
  readonly data: EventData<E>;
  readonly receivedAt: number;
  readonly mediaBytes: number;

  constructor(context: MessageContext) {
    super(context.name);
    this.data = context.payload as EventData<E>;
    this.receivedAt = context.receivedAt;
    this.mediaBytes = context.mediaBytes;
  }
}

/** The events of a `Session`: its own, and those of the peer by their names on the wire. */
export type SessionEventMap = { [E in EventName]: RemoteEvent<E> } & {
  statechange: SessionStateEvent;
  fault: SessionFaultEvent;
  ended: SessionEndedEvent;
};

// As the environment declares them: browsers and Node name these types differently.
type Listening = Parameters<EventTarget["addEventListener"]>;
type Leaving = Parameters<EventTarget["removeEventListener"]>;

/** `EventTarget`, with listeners that know the class of their event. */
export interface TypedEventTarget<Map> extends EventTarget {
  addEventListener<K extends keyof Map & string>(
    type: K,
    listener: (event: Map[K]) => void,
    options?: Listening[2],
  ): void;
  addEventListener(...listening: Listening): void;
  removeEventListener<K extends keyof Map & string>(
    type: K,
    listener: (event: Map[K]) => void,
    options?: Leaving[2],
  ): void;
  removeEventListener(...leaving: Leaving): void;
}
