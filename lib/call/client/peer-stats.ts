import type { PeerFigures } from "../../transport/peer/index.ts";
import type { LineStats } from "../call-line.ts";

/** What the browser counts between two people, in the words of every other call. */
export function peerTransportStats(figures: PeerFigures): LineStats {
  const { inbound, outbound, rttMs, jitterMs, path, receivedPackets, lostPackets } = figures;
  return {
    profile: `webrtc/${figures.codec ?? "opus/48000/2"}`,
    rttMs,
    network: { receivedPackets, lostPackets, jitterMs, path },
    transport: {
      thread: "none",
      link: "track",
      sentTexts: 0,
      receivedTexts: 0,
      sentFrames: outbound?.packetsSent ?? 0,
      sentBytes: outbound?.bytesSent ?? 0,
      receivedFrames: inbound?.packetsReceived ?? 0,
      receivedBytes: inbound?.bytesReceived ?? 0,
      earlyFrames: 0,
      droppedUplinkFrames: 0,
      droppedDownlinkFrames: 0,
      oversizedFrames: 0,
      bufferedBytes: 0,
    },
  };
}
