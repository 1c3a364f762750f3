import { type Clock, systemClock } from "../../session/index.ts";
import { limitsFrom, type TransportLimits } from "../../transport/limits.ts";
import { RtcTransport } from "../../transport/rtc-transport.ts";
import type { SocketTransport } from "../../transport/socket-transport.ts";
import { TransportError, type TransportStats } from "../../transport/transport.ts";
import {
  decodeAnswer,
  decodeOffer,
  encodeAnswer,
  encodeOffer,
  encodeRefusal,
  SignalError,
} from "../../transport/webrtc-signal.ts";
import { nodeHighWaterBytes } from "../node-transport.ts";
import { decodePcmu, encodePcmu } from "./pcmu.ts";
import { ReorderBuffer } from "./reorder-buffer.ts";
import type { RtcOptions } from "./rtc-options.ts";
import { packetBytes, RtpPacer } from "./rtp-pacer.ts";
import { type PeerEvents, type WeriftModule, WeriftPeer } from "./werift-peer.ts";

export interface NodeRtcOptions extends RtcOptions, Partial<TransportLimits> {
  readonly clock?: Clock | undefined;
}

type Packet = Parameters<PeerEvents["packet"]>[0];

/** Lost packets that are made up for with silence, so that what follows is in its place; a longer gap is a pause. */
const maxConcealed = 10;
/** µ-law for 0. */
const silentByte = 0xff;

/**
 * A call over WebRTC in this process. The session on it speaks of L16/8000/1, and frames are that; on the wire they are PCMU in RTP. `sendFrame`
 * takes any whole number of samples; what it took and did not send yet `takeBack` takes back.
 */
export class NodeRtcTransport extends RtcTransport {
  readonly #socket: SocketTransport;
  readonly #limits: TransportLimits;
  readonly #peer: WeriftPeer;
  readonly #pacer: RtpPacer;
  readonly #order = new ReorderBuffer<Packet>();
  readonly #connectTimeoutMs: number;

  /** Takes `socket` over, which nobody has listened to. */
  constructor(socket: SocketTransport, werift: WeriftModule, options: NodeRtcOptions) {
    const limits = limitsFrom({ highWaterBytes: nodeHighWaterBytes, ...options });
    super(socket, limits);
    this.#socket = socket;
    this.#limits = limits;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#peer = new WeriftPeer(werift, options, {
      state: (state) => {
        if (state === "connected") this.#pacer.start();
        this.peerIs(state);
      },
      packet: (packet) => this.#packet(packet),
    });
    this.#pacer = new RtpPacer(options.clock ?? systemClock, (packet) => this.#peer.send(packet));
    this.attach();
  }

  /** The answering side: takes the peer's offer. Where that fails the transport closes; never rejects. */
  async accept(): Promise<void> {
    await this.#within(async () => {
      const offer = decodeOffer(await this.signal());
      let answer: string;
      try {
        answer = await this.#peer.answer(offer.sdp);
      } catch (error) {
        throw error instanceof SignalError ? new SignalError(error.message, offer.id) : unusable(offer.id);
      }
      this.sendText(encodeAnswer(offer.id, answer));
      await this.connected();
    }).catch((error: unknown) => {
      const { id, message } = error instanceof SignalError ? error : { id: undefined, message: "" };
      if (id !== undefined && !this.closed) this.sendText(encodeRefusal(id, 400, message));
      return this.refuse(error);
    });
  }

  /** The dialling side: offers. Rejects with `TransportError`, closed. */
  async negotiate(signal: AbortSignal): Promise<void> {
    const abort = (): void => void this.close(1000, "given up");
    signal.addEventListener("abort", abort);
    try {
      if (signal.aborted) abort();
      await this.#within(async () => {
        this.sendText(encodeOffer(await this.#peer.offer()));
        await this.#peer.takeAnswer(decodeAnswer(await this.signal()));
        await this.connected();
      });
    } catch (error) {
      await this.refuse(error);
      if (signal.aborted) {
        throw new TransportError("transport-aborted", "Connecting was given up.", false, { cause: signal.reason });
      }
      throw error instanceof TransportError ? error : unusable();
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  sendFrame(frame: Uint8Array): boolean {
    const { counters } = this;
    if (this.closed) return false;
    if (this.bufferedFrameBytes > this.#limits.highWaterBytes) {
      counters.droppedUplinkFrames++;
      return false;
    }
    counters.sentFrames++;
    counters.sentBytes += frame.byteLength;
    this.#pacer.push(encodePcmu(frame));
    return true;
  }

  takeBack(): number {
    return this.#pacer.takeBack() * 2;
  }

  override async flushed(): Promise<void> {
    await Promise.all([super.flushed(), this.#pacer.flushed()]);
  }

  async stats(): Promise<TransportStats> {
    return this.snapshot();
  }

  snapshot(): TransportStats {
    const { thread, sentTexts, receivedTexts, bufferedBytes } = this.#socket.snapshot();
    const waiting = bufferedBytes + this.bufferedFrameBytes;
    return { thread, link: "local", ...this.counters, sentTexts, receivedTexts, bufferedBytes: waiting };
  }

  /** Packets of the peer that never came, and those that came too late. */
  get receptionLoss(): { readonly lost: number; readonly late: number } {
    return { ...this.#order.counters };
  }

  protected release(): Promise<void> {
    this.#pacer.stop();
    return this.#peer.close();
  }

  private get bufferedFrameBytes(): number {
    return this.#pacer.queuedBytes * 2;
  }

  #packet(packet: Packet): void {
    if (packet.payloadType !== 0 || packet.payload.byteLength === 0) return;
    for (const { packet: next, lost } of this.#order.push(packet)) {
      if (lost > 0 && lost <= maxConcealed) this.#hand(new Uint8Array(lost * packetBytes).fill(silentByte));
      this.#hand(next.payload);
    }
  }

  #hand(payload: Uint8Array): void {
    this.inbox.frame(decodePcmu(payload), Date.now());
  }

  async #within(work: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const message = `No audio connection within ${this.#connectTimeoutMs} ms.`;
      const fail = (): void => reject(new TransportError("transport-media", message, false));
      timer = setTimeout(fail, this.#connectTimeoutMs);
    });
    try {
      await Promise.race([work(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const unusable = (id?: string) => new SignalError("The peer's description cannot be used.", id);
