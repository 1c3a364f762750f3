import type { MediaTracks } from "../media-tracks.ts";
import { TransportError } from "../transport.ts";
import { type PeerCodec, preferCodec } from "./codec-preference.ts";
import { Negotiation } from "./negotiation.ts";
import { noPeerFigures, type PeerFigures, peerFigures } from "./peer-figures.ts";
import type { PeerSignal } from "./peer-signal.ts";
import { PeerWatch } from "./peer-watch.ts";

export interface PeerConnectionOptions {
  /** Makes the first offer; the other side answers it. */
  readonly offers: boolean;
  /** Gives way when both sides offer at once. Exactly one of the two is. */
  readonly polite: boolean;
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  /** No address of this machine is shown to the other side: sound goes through a TURN server only. */
  readonly relayOnly?: boolean | undefined;
  /** What comes first. The answering side's word counts, where it has one. */
  readonly codec?: PeerCodec | undefined;
  readonly send: (signal: PeerSignal) => void;
  /** Told after `connected` resolved: nothing comes through for now, it does again, or it did not come back in time. */
  readonly changed: (state: "connected" | "interrupted" | "lost") => void;
  /** The other side sends one more track, which has nothing to do with the conversation's sound. */
  readonly track?: ((track: MediaStreamTrack) => void) | undefined;
  /** Default 20,000. */
  readonly giveUpAfterMs?: number | undefined;
}

/** So that not both sides look for another way at the same moment. */
const politePatienceMs = 1500;
/** The longest tone that browsers make, and the shortest (W3C WebRTC §7). */
const toneLimitsMs = [40, 6000] as const;

/** Sound between two browsers, encrypted by them (DTLS-SRTP), without a server on its way. Page, main thread. Whoever makes it closes it. */
export class PeerConnection implements MediaTracks {
  readonly #options: PeerConnectionOptions;
  readonly #peer: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #watch: PeerWatch;
  #transceiver: RTCRtpTransceiver | undefined;
  #negotiating = false;
  #connect!: { resolve: () => void; reject: (error: unknown) => void };
  #closed = false;
  #figures: PeerFigures = noPeerFigures;
  /** Resolves when sound can flow for the first time. Rejects with `TransportError` `transport-media` where it finds no way. */
  readonly connected: Promise<void>;

  /** Throws `TransportError` where the browser has no WebRTC, or does not take the ICE servers. */
  constructor(options: PeerConnectionOptions) {
    this.#options = options;
    const { polite, send, iceServers = [], relayOnly = false, giveUpAfterMs = 20_000 } = options;
    this.connected = new Promise((resolve, reject) => {
      this.#connect = { resolve, reject };
    });
    this.connected.catch(() => {});
    try {
      this.#peer = new RTCPeerConnection({
        iceServers: [...iceServers],
        iceTransportPolicy: relayOnly ? "relay" : "all",
        bundlePolicy: "max-bundle",
      });
    } catch (cause) {
      const message = "This browser cannot make a WebRTC connection, or iceServers is not what it takes.";
      throw new TransportError("transport-media", message, true, { cause });
    }
    this.#negotiation = new Negotiation(this.#peer, { polite, send, offered: () => this.#wasOffered() });
    this.#watch = new PeerWatch({
      restart: () => this.restart(),
      changed: (state) => this.#changed(state),
      giveUpAfterMs,
      patienceMs: polite ? politePatienceMs : 0,
    });
    this.#listen();
  }

  /** Makes the first offer, where that is this side's part. */
  start(): void {
    if (!this.#options.offers || this.#closed) return;
    this.#negotiating = true;
    this.#use(this.#peer.addTransceiver("audio", { direction: "sendrecv" }));
  }

  /** Takes what the other side signals. Never rejects: what cannot be used ends the connection. */
  async receive(signal: PeerSignal): Promise<void> {
    try {
      await this.#negotiation.receive(signal);
    } catch (cause) {
      this.#fail(new TransportError("transport-media", (cause as Error).message, true, { cause }));
    }
  }

  /** Asks for another way: the addresses of both sides are collected anew. */
  restart(): void {
    if (this.#closed || !this.#negotiating) return;
    if (this.#peer.signalingState === "have-local-offer") this.#negotiation.repeat();
    else this.#peer.restartIce();
  }

  /** The network is another one. */
  networkChanged(): void {
    this.#watch.networkChanged();
  }

  /** The other side's sound. Only of a connection that is connected, or that offers. */
  get remoteTrack(): MediaStreamTrack {
    if (!this.#transceiver) throw new Error("There is no sound before there is an offer.");
    return this.#transceiver.receiver.track;
  }

  /** What both sides agreed on, such as `opus/48000/2`. */
  get codec(): string | undefined {
    const [codec] = this.#transceiver?.sender.getParameters().codecs ?? [];
    return codec && `${codec.mimeType.replace(/^audio\//, "")}/${codec.clockRate}/${codec.channels ?? 1}`;
  }

  async sendTrack(track: MediaStreamTrack | null): Promise<void> {
    if (!this.#closed) await this.#transceiver?.sender.replaceTrack(track);
  }

  /** Sends one more track beside the conversation's sound, such as a second microphone. Returns what stops that. */
  addTrack(track: MediaStreamTrack, stream = new MediaStream([track])): () => void {
    if (this.#closed) throw new TransportError("transport-closed", "The connection is closed.", false);
    const sender = this.#peer.addTrack(track, stream);
    return () => {
      if (!this.#closed) this.#peer.removeTrack(sender);
    };
  }

  /** Whether the other side takes keys as RTP events (RFC 4733). */
  get takesEvents(): boolean {
    return this.#transceiver?.sender.dtmf?.canInsertDTMF ?? false;
  }

  /** Presses a key as an RTP event (RFC 4733), after those that are still being pressed. False where the other side takes none. */
  press(digit: string, durationMs: number): boolean {
    const dtmf = this.#transceiver?.sender.dtmf;
    if (this.#closed || !dtmf?.canInsertDTMF) return false;
    const [shortest, longest] = toneLimitsMs;
    dtmf.insertDTMF(dtmf.toneBuffer + digit, Math.min(Math.max(durationMs, shortest), longest));
    return true;
  }

  /** Of the connection while there is one, else the last ones. */
  async figures(): Promise<PeerFigures> {
    if (this.#closed) return this.#figures;
    const read = (report: RTCStatsReport) => peerFigures(report, this.#transceiver?.mid ?? null);
    this.#figures = await this.#peer.getStats().then(read, () => this.#figures);
    return this.#figures;
  }

  trackFigures(): Promise<PeerFigures> {
    return this.figures();
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    const peer = this.#peer;
    peer.onnegotiationneeded = peer.onicecandidate = peer.onconnectionstatechange = peer.ontrack = null;
    peer.close();
    this.#connect.reject(new TransportError("transport-closed", "The connection was closed.", false));
  }

  #listen(): void {
    const peer = this.#peer;
    const { send } = this.#options;
    peer.onnegotiationneeded = () => {
      if (!this.#negotiating) return; // the answering side, before it was offered anything
      this.#negotiation.offer().catch((cause: unknown) => {
        this.#fail(new TransportError("transport-media", "The browser can make no offer.", true, { cause }));
      });
    };
    peer.onicecandidate = ({ candidate }) => send({ type: "candidate", candidate: candidate?.toJSON() ?? null });
    peer.onconnectionstatechange = () => this.#watch.is(peer.connectionState);
    peer.ontrack = ({ track, transceiver }) => {
      if (this.#transceiver && transceiver !== this.#transceiver) this.#options.track?.(track);
    };
  }

  /** The answering side: what the offer asks for goes both ways. */
  #wasOffered(): void {
    this.#negotiating = true;
    if (this.#transceiver) return;
    const offered = this.#peer.getTransceivers().find(({ receiver }) => receiver.track.kind === "audio");
    if (!offered) throw new Error("The offer has no sound.");
    offered.direction = "sendrecv";
    this.#use(offered);
  }

  #use(transceiver: RTCRtpTransceiver): void {
    this.#transceiver = transceiver;
    const { codec } = this.#options;
    if (codec === undefined) return; // as the other side has it, or the browser
    const order = preferCodec(RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [], codec);
    // Where a browser has no say in it, the two find the codec by themselves.
    if (order.length > 0) transceiver.setCodecPreferences?.(order);
  }

  #changed(state: "connected" | "interrupted" | "lost"): void {
    if (state === "connected") this.#connect.resolve();
    if (state === "lost") this.#connect.reject(noWay());
    this.#options.changed(state);
  }

  #fail(error: TransportError): void {
    if (this.#closed) return;
    this.#watch.close();
    this.#connect.reject(error);
    this.#options.changed("lost");
  }
}

const noWay = () =>
  new TransportError("transport-media", "The two networks let no sound through, or the other side is gone.", false);
