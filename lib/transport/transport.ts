import type { FrameEnd } from "../frames/index.ts";

/** One control message as it came off the wire. */
export interface TextMessage {
  readonly text: string;
  /** When the transport's own thread received it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Media position: bytes of media handed on (to `frame` or to the connected downlink) before this message arrived. */
  readonly mediaBytes: number;
}

/** How a transport ended. `lost` means without a close handshake: the socket died, or the peer stopped answering. */
export interface TransportClose {
  readonly by: "local" | "remote" | "lost";
  /** WebSocket close code where there is one (RFC 6455 §7.4), else 1006. */
  readonly code: number;
  readonly reason: string;
}

/** Counters of one connection since it was opened, and how it is made. */
export interface TransportStats {
  /** Which thread reads the socket: `worker` keeps audio flowing while the page is frozen. */
  readonly thread: "worker" | "main" | "none";
  /**
   * How media reach the worklets: `shared` (SharedArrayBuffer ring), `port` (transferred buffers), `local` (this thread), `track` (the
   * browser's own WebRTC; frames and bytes are then RTP packets and their payload).
   */
  readonly link: "shared" | "port" | "local" | "track";
  readonly sentTexts: number;
  readonly receivedTexts: number;
  readonly sentFrames: number;
  readonly sentBytes: number;
  readonly receivedFrames: number;
  readonly receivedBytes: number;
  /** Frames that the peer sent before `openMedia()`, and were discarded. */
  readonly earlyFrames: number;
  /** Frames not sent because the socket's backlog was full, and frames not delivered because the reader's queue was full. */
  readonly droppedUplinkFrames: number;
  readonly droppedDownlinkFrames: number;
  /** Frames refused for their size. */
  readonly oversizedFrames: number;
  /** Bytes handed to the socket and not yet on the network. */
  readonly bufferedBytes: number;
}

/** Receives what a transport carries. Called on the thread that owns the transport object, in wire order. */
export interface TransportListener {
  text(message: TextMessage): void;
  /** Media frames, when no downlink is connected. The listener owns the bytes. */
  frame?(frame: Uint8Array, receivedAt: number): void;
  /** Exactly once, last. */
  close(close: TransportClose): void;
}

/** Ends of the two frame pipes a transport reads and writes directly, without the thread that owns the transport object. */
export interface MediaEnds {
  /** Encoded microphone frames, to be sent to the peer. */
  readonly uplink: FrameEnd;
  /** Where frames from the peer go. */
  readonly downlink: FrameEnd;
}

/**
 * One control channel and one media channel to a peer, already open. Knows bytes, never methods.
 * Everything received before `listen` is held (bounded) and delivered on it; frames before `openMedia` are dropped and counted.
 */
export interface Transport {
  /** `memory`, `websocket`, `webrtc` … */
  readonly kind: string;
  /** The negotiated profile token, e.g. `rtvbp.v1`. */
  readonly profile: string;
  readonly closed: boolean;
  /** Nothing waits at the far end: media are played as they arrive, and are to be sent no faster than that. */
  readonly live?: boolean;
  /** A frame that is sent is copied at once: who sent it may write to its bytes again. */
  readonly copiesFrames?: boolean;
  /** Sets the one listener. Throws if there is one already. */
  listen(listener: TransportListener): void;
  /** Queues one control message. Throws `TransportError` `transport-closed` after the end. */
  sendText(text: string): void;
  /** Queues one media frame; the transport owns the bytes from here. False: not sent (closed, or the backlog is full), and counted. */
  sendFrame(frame: Uint8Array): boolean;
  /**
   * Delivers the frames that the peer sent behind the message that is being delivered, or was last, however long that took to get here. Earlier
   * ones are early. Idempotent.
   */
  openMedia(): void;
  /** Hands the media channel to another thread's frame pipes (browser). Replaces `sendFrame` and `frame`. */
  connectMedia(ends: MediaEnds): void;
  /** Takes back the media that were accepted and have not left this process. Returns their bytes. Absent: there are none. */
  takeBack?(): number;
  /** Resolves when everything queued so far has left this process, or the transport has closed. */
  flushed(): Promise<void>;
  /** Closes with a handshake where there is one, within a deadline. Idempotent; resolves when nothing is left open. */
  close(code?: number, reason?: string): Promise<TransportClose>;
  /** The peer stopped answering: drops the connection without a handshake. The listener hears of it as `lost`. Idempotent. */
  abandon(reason: string): void;
  /**
   * Calls `beat` every `everyMs` until the transport closes, with the number of messages and frames received so far. The clock is that of
   * the thread that reads the wire: it keeps time where a page in the background does not.
   */
  watch(everyMs: number, beat: (received: number) => void): void;
  stats(): Promise<TransportStats>;
}

/** Opens a transport; rejects with `TransportError`. Must leave nothing open when `signal` aborts. */
export type Connect = (signal: AbortSignal) => Promise<Transport>;

/** Why a connection could not be made or used. `csp-…`: a directive of the page's Content-Security-Policy, which the message names. */
export type TransportErrorCode =
  | "transport-unreachable"
  | "transport-refused"
  | "transport-timeout"
  | "transport-closed"
  | "transport-aborted"
  | "transport-profile"
  | "transport-url"
  | "transport-media"
  | "csp-worker"
  | "csp-connect";

/** A transport could not be opened or used. `fatal` is false where trying again may help. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  constructor(
    readonly code: TransportErrorCode,
    message: string,
    readonly fatal: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
