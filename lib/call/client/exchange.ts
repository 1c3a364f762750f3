import type { SignalMessage } from "../../protocol/signal/index.ts";

/** What a leg needs of its client: a way to the others. */
export interface Exchange {
  /** Who we are. */
  readonly id: string;
  readonly displayName: string | undefined;
  /** How long anything rings, milliseconds. */
  readonly ringTimeoutMs: number;
  /** What is sent goes out now, and does not wait for a connection. */
  readonly online: boolean;
  send(message: SignalMessage): void;
  /** Messages of this call come here until the returned function is called. */
  attach(callId: string, listener: (message: SignalMessage) => void): () => void;
  iceServers(): Promise<readonly RTCIceServer[]>;
}
