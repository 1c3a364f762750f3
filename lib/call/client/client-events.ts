import type { PresenceStatus } from "../../protocol/signal/index.ts";
import type { Call } from "../call.ts";
import type { VoiceError } from "../voice-error.ts";
import type { HistoryEntry } from "./history.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { QualityAlert } from "./quality-watch.ts";

/** `standby`: another tab of this person is connected, and rings. */
export type ClientState = "offline" | "connecting" | "online" | "away" | "standby" | "closed";

/** How somebody can be reached, as they say themselves. */
export interface Presence {
  readonly status: PresenceStatus;
  readonly displayName?: string;
}

/** Somebody rings, and a person is to decide. */
export class ClientIncomingEvent extends Event {
  constructor(readonly incoming: IncomingCall) {
    super("incoming");
  }
}

/** There is one more call: made here, taken, or taken up again. */
export class ClientCallEvent extends Event {
  constructor(
    readonly call: Call,
    readonly direction: "incoming" | "outgoing",
    /** It was on before this page was loaded again. */
    readonly resumed = false,
  ) {
    super("call");
  }
}

/** Somebody came, left, or can be reached otherwise. */
export class ClientPresenceEvent extends Event {
  constructor(
    readonly id: string,
    /** Undefined: offline. */
    readonly presence: Presence | undefined,
  ) {
    super("presence");
  }
}

/** Somebody rang, and nobody answered. */
export class ClientMissedEvent extends Event {
  constructor(readonly entry: HistoryEntry) {
    super("missed");
  }
}

/** The connection to the hub changed. `error` where it was lost, or could not be made. */
export class ClientStateEvent extends Event {
  constructor(
    readonly state: ClientState,
    readonly previous: ClientState,
    readonly error: VoiceError | undefined,
  ) {
    super("state");
  }
}

/** A call is hard to understand, at most once a minute; or it is not any more. */
export class ClientQualityEvent extends Event {
  constructor(
    readonly call: Call,
    readonly alert: QualityAlert,
  ) {
    super("quality-alert");
  }
}

/** The events of a `Client`, by their type. */
export interface ClientEventMap {
  incoming: ClientIncomingEvent;
  call: ClientCallEvent;
  presence: ClientPresenceEvent;
  missed: ClientMissedEvent;
  state: ClientStateEvent;
  "quality-alert": ClientQualityEvent;
}
