import type { PeerSignal } from "./peer-signal.ts";

/** What of an RTCPeerConnection the negotiation needs. */
export type NegotiablePeer = Pick<
  RTCPeerConnection,
  | "setLocalDescription"
  | "setRemoteDescription"
  | "addIceCandidate"
  | "localDescription"
  | "remoteDescription"
  | "signalingState"
  | "connectionState"
>;

export interface NegotiationOptions {
  /** Gives way when both offer at once. Exactly one of the two sides is. */
  readonly polite: boolean;
  readonly send: (signal: PeerSignal) => void;
  /** The first offer of the peer is there, and not yet answered: the place to say what goes the other way. */
  readonly offered: () => Promise<void> | void;
}

/** Candidates that wait for the description they belong to; more than any browser finds. */
const maxWaitingCandidates = 256;

/**
 * Offers and answers of one connection, in either direction, at any time (W3C WebRTC §10.7, "perfect negotiation"): when both sides offer at
 * once the polite one takes its offer back. Candidates wait until the description they belong to is there. One signal after the other.
 */
export class Negotiation {
  readonly #peer: NegotiablePeer;
  readonly #options: NegotiationOptions;
  #queue: Promise<void> = Promise.resolve();
  #waiting: (RTCIceCandidateInit | null)[] = [];
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #offered = false;

  constructor(peer: NegotiablePeer, options: NegotiationOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  /** Something of ours changed: makes an offer. Resolves when it is sent, or where the connection is closed. */
  async offer(): Promise<void> {
    const peer = this.#peer;
    try {
      this.#makingOffer = true;
      await peer.setLocalDescription();
      // An offer of the peer may have come first: then this was its answer, which whoever took the offer sends.
      if (peer.localDescription?.type === "offer") this.#send(peer.localDescription);
    } catch (error) {
      if (!this.#closed) throw error;
    } finally {
      this.#makingOffer = false;
    }
  }

  /** Sends the offer that nobody has answered once more: it may have been lost. */
  repeat(): void {
    if (this.#peer.localDescription?.type === "offer") this.#send(this.#peer.localDescription);
  }

  /** Takes a signal of the peer in its turn. Rejects where the browser cannot use it, without quoting it. */
  receive(signal: PeerSignal): Promise<void> {
    const done = this.#queue.then(() => this.#take(signal));
    this.#queue = done.catch(() => {});
    return done.catch((cause: unknown) => {
      if (this.#closed) return;
      throw new Error(`The browser cannot use the ${signal.type} of the other side.`, { cause });
    });
  }

  async #take(signal: PeerSignal): Promise<void> {
    if (this.#closed) return;
    if (signal.type === "candidate") await this.#candidate(signal.candidate);
    else await this.#description(signal);
  }

  async #description(description: { readonly type: "offer" | "answer"; readonly sdp: string }): Promise<void> {
    const peer = this.#peer;
    const isOffer = description.type === "offer";
    const ready = !this.#makingOffer && (peer.signalingState === "stable" || this.#settingAnswer);
    this.#ignoringOffer = isOffer && !ready && !this.#options.polite;
    if (this.#ignoringOffer) return;
    // Answers that nothing was asked for: of an offer that was taken back, or sent twice.
    if (!isOffer && peer.signalingState !== "have-local-offer") return;
    this.#settingAnswer = !isOffer;
    try {
      await peer.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    for (const candidate of this.#waiting.splice(0)) await this.#add(candidate);
    if (!isOffer) return;
    if (!this.#offered) {
      this.#offered = true;
      await this.#options.offered();
    }
    await peer.setLocalDescription();
    if (peer.localDescription) this.#send(peer.localDescription);
  }

  async #candidate(candidate: RTCIceCandidateInit | null): Promise<void> {
    if (this.#peer.remoteDescription) await this.#add(candidate);
    else if (this.#waiting.length < maxWaitingCandidates) this.#waiting.push(candidate);
  }

  /** Candidates of an offer that was ignored fit nothing, and those of the round before do no harm. */
  async #add(candidate: RTCIceCandidateInit | null): Promise<void> {
    try {
      await this.#peer.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.#ignoringOffer && candidate?.candidate) throw error;
    }
  }

  #send({ type, sdp }: RTCSessionDescription): void {
    if (type === "offer" || type === "answer") this.#options.send({ type, sdp });
  }

  get #closed(): boolean {
    return this.#peer.connectionState === "closed";
  }
}
