import { limitsFrom, type TransportLimits } from "./limits.ts";
import { type MediaTracks, type TrackFigures, trackFigures } from "./media-tracks.ts";
import { RtcTransport } from "./rtc-transport.ts";
import type { Transport, TransportStats } from "./transport.ts";
import { TransportError } from "./transport.ts";
import { decodeAnswer, encodeOffer } from "./webrtc-signal.ts";

export interface NegotiateOptions {
  /** For the offer, its answer, and the first sound that could flow. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Candidates that take longer to find (a STUN server that does not answer) are left out. */
const gatherMs = 3000;

/** The page's end of a call over WebRTC: sound goes as tracks, which never pass through a script. Main thread. */
export class WebRtcTransport extends RtcTransport implements MediaTracks {
  readonly remoteTrack: MediaStreamTrack;
  readonly #peer: RTCPeerConnection;
  readonly #sender: RTCRtpSender;
  #figures: TrackFigures = {};
  #released = false;

  /** Takes both over. */
  constructor(control: Transport, peer: RTCPeerConnection, limits: Partial<TransportLimits>) {
    super(control, limitsFrom(limits));
    this.#peer = peer;
    const transceiver = peer.addTransceiver("audio", { direction: "sendrecv" });
    const pcmu = (RTCRtpSender.getCapabilities("audio")?.codecs ?? []).filter(
      ({ mimeType }) => mimeType.toLowerCase() === "audio/pcmu",
    );
    // Where it is not there, the answer says what is taken.
    if (pcmu.length > 0) transceiver.setCodecPreferences?.(pcmu);
    this.#sender = transceiver.sender;
    this.remoteTrack = transceiver.receiver.track;
    peer.onconnectionstatechange = () => this.peerIs(peer.connectionState);
    this.attach();
  }

  /** The one exchange, and what it leads to. Rejects with `TransportError`, closed. */
  async negotiate({ timeoutMs, signal }: NegotiateOptions): Promise<void> {
    let giveUp!: (error: TransportError) => void;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const abort = (): void =>
      giveUp(new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason }));
    const timer = setTimeout(() => {
      const message = `No audio connection within ${timeoutMs} ms: the network lets none through, or the server does not answer.`;
      giveUp(new TransportError("transport-media", message, false));
    }, timeoutMs);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    try {
      await Promise.race([this.#agree(), givenUp]);
    } catch (error) {
      void this.refuse(error);
      throw error instanceof TransportError
        ? error
        : new TransportError("transport-media", "No offer could be made.", true);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Sends this track from here on, or nothing. */
  async sendTrack(track: MediaStreamTrack | null): Promise<void> {
    if (!this.#released) await this.#sender.replaceTrack(track);
  }

  /** Of the connection while there is one, else the last ones. */
  async trackFigures(): Promise<TrackFigures> {
    if (!this.#released) this.#figures = await this.#peer.getStats().then(trackFigures, () => this.#figures);
    return this.#figures;
  }

  /** Sound goes as a track. */
  sendFrame(): boolean {
    return false;
  }

  async stats(): Promise<TransportStats> {
    const [control, { inbound, outbound }] = await Promise.all([this.control.stats(), this.trackFigures()]);
    return {
      ...control,
      link: "track",
      sentFrames: outbound?.packetsSent ?? 0,
      sentBytes: outbound?.bytesSent ?? 0,
      receivedFrames: inbound?.packetsReceived ?? 0,
      receivedBytes: inbound?.bytesReceived ?? 0,
    };
  }

  protected release(): void {
    this.#released = true;
    this.#peer.onconnectionstatechange = null;
    this.#peer.close();
  }

  async #agree(): Promise<void> {
    const peer = this.#peer;
    await peer.setLocalDescription();
    await gathered(peer);
    this.sendText(encodeOffer(peer.localDescription?.sdp ?? ""));
    const sdp = decodeAnswer(await this.signal());
    // What the browser says about a description quotes it.
    await peer.setRemoteDescription({ type: "answer", sdp }).catch(() => Promise.reject(unusable()));
    await this.connected();
  }
}

const unusable = () => new TransportError("transport-media", "The server's answer to the offer cannot be used.", true);

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      peer.onicegatheringstatechange = null;
      resolve();
    };
    const timer = setTimeout(done, gatherMs);
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
    if (peer.iceGatheringState === "complete") done();
  });
}
