import type * as Werift from "werift";
import type { RtpPacket } from "../../protocol/rtp/index.ts";
import type { PeerState } from "../../transport/rtc-transport.ts";
import { SignalError } from "../../transport/webrtc-signal.ts";
import { loadPeer } from "../load-peer.ts";
import type { RtcOptions } from "./rtc-options.ts";

export type WeriftModule = typeof Werift;

/** Rejects with `PeerDependencyError` where the package `werift` is not installed. */
export function loadWerift(): Promise<WeriftModule> {
  return loadPeer("werift", "The profile rtvbp.webrtc.v1", () => import("werift"));
}

export interface PeerEvents {
  readonly state: (state: PeerState) => void;
  /** Views into bytes that are the receiver's. */
  readonly packet: (packet: Pick<RtpPacket, "sequence" | "ssrc" | "payloadType" | "payload">) => void;
}

/** A WebRTC connection with one audio transceiver that knows PCMU, in this process. */
export class WeriftPeer {
  readonly #peer: Werift.RTCPeerConnection;
  readonly #track: Werift.MediaStreamTrack;

  constructor(werift: WeriftModule, options: RtcOptions, events: PeerEvents) {
    const { iceServers = [], portRange, hostAddresses } = options;
    const pcmu = new werift.RTCRtpCodecParameters({
      mimeType: "audio/PCMU",
      clockRate: 8000,
      channels: 1,
      payloadType: 0,
    });
    this.#peer = new werift.RTCPeerConnection({
      codecs: { audio: [pcmu], video: [] },
      iceServers: iceServers.map((server) => ({ ...server })),
      ...(portRange && { icePortRange: [...portRange] as [number, number] }),
      ...(hostAddresses && { iceAdditionalHostAddresses: [...hostAddresses] }),
    });
    this.#track = new werift.MediaStreamTrack({ kind: "audio" });
    this.#peer.addTransceiver(this.#track, { direction: "sendrecv" });
    const asksStun = iceServers.some(({ urls }) => urls.startsWith("stun"));
    // Not told of any, werift asks one of its own choice on the internet.
    if (!asksStun) for (const { connection } of this.#peer.iceTransports) delete connection.stunServer;
    this.#peer.connectionStateChange.subscribe((state) => events.state(state));
    this.#peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(({ header, payload }) => {
        const { sequenceNumber: sequence, ssrc, payloadType } = header;
        events.packet({ sequence, ssrc, payloadType, payload });
      });
    });
  }

  /** With all candidates. */
  async offer(): Promise<string> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#described();
  }

  /** Throws `SignalError` where the offer is not for one audio transceiver that knows PCMU. */
  async answer(offer: string): Promise<string> {
    checkMedia(offer);
    await this.#accept("offer", offer);
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    return this.#described();
  }

  async takeAnswer(answer: string): Promise<void> {
    checkMedia(answer);
    await this.#accept("answer", answer);
  }

  /** One RTP packet; its SSRC and payload type are the connection's. Goes nowhere before the connection is made. */
  send(packet: Uint8Array): void {
    this.#track.writeRtp(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength));
  }

  async close(): Promise<void> {
    this.#track.stop();
    await this.#peer.close();
  }

  async #accept(type: "offer" | "answer", sdp: string): Promise<void> {
    try {
      await this.#peer.setRemoteDescription({ type, sdp });
    } catch {
      throw new SignalError(`The ${type} cannot be used.`); // the cause quotes it
    }
  }

  async #described(): Promise<string> {
    const peer = this.#peer;
    if (peer.iceGatheringState !== "complete") {
      await new Promise<void>((resolve) => {
        peer.iceGatheringStateChange.subscribe((state) => state === "complete" && resolve());
      });
    }
    return peer.localDescription?.sdp ?? "";
  }
}

function checkMedia(sdp: string): void {
  const lines = sdp.split(/\r?\n/);
  const media = lines.filter((line) => line.startsWith("m="));
  const [, formats = ""] = /^m=audio \d+ \S+ (.*)$/.exec(media[0] ?? "") ?? [];
  if (media.length !== 1 || !formats.split(" ").includes("0")) {
    throw new SignalError("There has to be one audio transceiver, and PCMU on it.");
  }
  // RFC 8827 §6.5: without it nobody knows whom the keys were agreed with.
  if (!lines.some((line) => line.startsWith("a=fingerprint:"))) throw new SignalError("There is no fingerprint.");
}
