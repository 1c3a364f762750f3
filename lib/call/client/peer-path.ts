import type { SignalMessageOf } from "../../protocol/signal/index.ts";
import { type PeerCodec, PeerConnection, type PeerSignal } from "../../transport/peer/index.ts";

export interface PeerMediaOptions {
  readonly relayOnly?: boolean | undefined;
  readonly codec?: PeerCodec | undefined;
}

type PathMessage =
  | Pick<SignalMessageOf<"offer"> | SignalMessageOf<"answer">, "type" | "data">
  | Pick<SignalMessageOf<"candidate">, "type" | "data">;

export interface PeerPathOptions extends PeerMediaOptions {
  /** Makes the first offer, and has its way when both offer at once. */
  readonly offers: boolean;
  readonly send: (message: PathMessage) => void;
  /** Of the present connection. */
  readonly changed: (state: "connected" | "interrupted" | "lost") => void;
  readonly failed: (error: unknown) => void;
  readonly track: (track: MediaStreamTrack) => void;
}

/** Signals that wait for a connection. */
const maxEarly = 256;

/**
 * The way that sound takes between two people: one connection, and where a page is loaded again another one in its place. What the other side
 * signals before there is one waits. Page, main thread. Whoever makes it closes it.
 */
export class PeerPath {
  readonly #options: PeerPathOptions;
  #connection: PeerConnection | undefined;
  #early: PeerSignal[] = [];
  #closed = false;

  constructor(options: PeerPathOptions) {
    this.#options = options;
  }

  /** The last one, when it is closed, too: its figures can still be had. */
  get connection(): PeerConnection | undefined {
    return this.#connection;
  }

  /** Does nothing where there is a connection. Throws `TransportError` where the browser has none to give. */
  open(iceServers: readonly RTCIceServer[]): void {
    if (this.#connection || this.#closed) return;
    const { offers, relayOnly, codec, changed, failed, track } = this.#options;
    const connection: PeerConnection = new PeerConnection({
      ...{ offers, polite: !offers, iceServers, relayOnly, codec, track },
      send: (signal) => connection === this.#connection && this.#send(signal),
      changed: (state) => connection === this.#connection && changed(state),
    });
    this.#connection = connection;
    connection.connected.catch((error: unknown) => connection === this.#connection && failed(error));
    connection.start();
    for (const signal of this.#early.splice(0)) void connection.receive(signal);
  }

  take(signal: PeerSignal): void {
    if (this.#connection) void this.#connection.receive(signal);
    else if (this.#early.length < maxEarly) this.#early.push(signal);
  }

  /** What is still under way for this connection is worth nothing to the next one. */
  drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#early = [];
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#early = [];
  }

  #send(signal: PeerSignal): void {
    if (this.#closed) return;
    const { send } = this.#options;
    if (signal.type === "candidate")
      send({ type: "candidate", data: signal.candidate && candidateData(signal.candidate) });
    else send({ type: signal.type, data: { sdp: signal.sdp } });
  }
}

/** Without what this browser adds of its own. */
const candidateData = ({ candidate = "", sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidateInit) => ({
  candidate,
  ...(sdpMid !== undefined && { sdpMid }),
  ...(sdpMLineIndex !== undefined && { sdpMLineIndex }),
  ...(usernameFragment !== undefined && { usernameFragment }),
});
