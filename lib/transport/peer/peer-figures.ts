import type { TrackFigures } from "../media-tracks.ts";

/** What the browser counts for a connection between two people (W3C webrtc-stats). */
export interface PeerFigures extends TrackFigures {
  /** Of the last connectivity check, milliseconds. */
  readonly rttMs: number | undefined;
  /** RFC 3550 §6.4.1, of what is received, milliseconds. */
  readonly jitterMs: number | undefined;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  /** How sound leaves this machine: by its own address, the one that a router shows, or through a relay. */
  readonly path: "host" | "srflx" | "prflx" | "relay" | undefined;
  /** As the browser names it, such as `opus/48000/2`. */
  readonly codec: string | undefined;
}

interface RtpStats extends RTCInboundRtpStreamStats {
  readonly mid?: string;
}

/** @param mid of the two-way sound; other tracks of the same connection are left out. */
export function peerFigures(report: RTCStatsReport, mid: string | null): PeerFigures {
  const all: RTCStats[] = [];
  report.forEach((stats: RTCStats) => void all.push(stats));
  const ofType = <T extends RTCStats>(type: string): T[] => all.filter((stats) => stats.type === type) as T[];
  const ours = (stats: { readonly kind?: string; readonly mid?: string }): boolean =>
    stats.kind === "audio" && (mid === null || stats.mid === undefined || stats.mid === mid);
  const inbound = ofType<RtpStats>("inbound-rtp").find(ours);
  const outbound = ofType<RTCOutboundRtpStreamStats & { readonly mid?: string }>("outbound-rtp").find(ours);
  const transport = ofType<RTCTransportStats>("transport")[0];
  const pairs = ofType<RTCIceCandidatePairStats>("candidate-pair");
  const pair =
    pairs.find(({ id }) => id === transport?.selectedCandidatePairId) ??
    pairs.find(({ nominated, state }) => nominated && state === "succeeded");
  const local = all.find(({ id }) => id === pair?.localCandidateId) as
    | { candidateType?: PeerFigures["path"] }
    | undefined;
  const codecId = (inbound ?? outbound)?.codecId;
  const codec = all.find(({ id }) => id === codecId) as
    | { mimeType: string; clockRate?: number; channels?: number }
    | undefined;
  return {
    ...(inbound && { inbound }),
    ...(outbound && { outbound }),
    rttMs: pair?.currentRoundTripTime === undefined ? undefined : pair.currentRoundTripTime * 1000,
    jitterMs: inbound?.jitter === undefined ? undefined : inbound.jitter * 1000,
    receivedPackets: inbound?.packetsReceived ?? 0,
    lostPackets: Math.max(0, inbound?.packetsLost ?? 0),
    path: local?.candidateType,
    codec: codec && `${codec.mimeType.replace(/^audio\//, "")}/${codec.clockRate ?? 8000}/${codec.channels ?? 1}`,
  };
}

export const noPeerFigures: PeerFigures = {
  rttMs: undefined,
  jitterMs: undefined,
  receivedPackets: 0,
  lostPackets: 0,
  path: undefined,
  codec: undefined,
};
