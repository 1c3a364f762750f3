import type { Wire } from "../../transport/wire.ts";

/** What shows that the peer lives. */
export type Sign = "text" | "frame" | "ping" | "pong";

/** A wire whose peer can be asked for a sign of life, and whose user can be watched. */
export interface WatchedWire extends Wire {
  /** Nothing is kept of a frame that is sent. */
  readonly copiesFrames: boolean;
  /** Told of every sign of the peer, before it is handed on. False: it is not handed on. */
  onHeard: (what: Sign) => boolean;
  /** Told after a control message was handed to the socket: what waits there now. */
  onSent: (bufferedBytes: number) => void;
  /** Told when the connection is gone, before the events of the wire are. */
  onGone: () => void;
  /** Asks for a sign of life: a WebSocket ping. */
  ping(): void;
}
