import type { Transport } from "./transport.ts";

/** Media as the browser's own tracks, in place of frames. Page, main thread. */
export interface MediaTracks {
  /** The peer's sound, from the beginning to the end. */
  readonly remoteTrack: MediaStreamTrack;
  /** Sends this track from here on, or nothing. The track stays whose it was. */
  sendTrack(track: MediaStreamTrack | null): Promise<void>;
  trackFigures(): Promise<TrackFigures>;
}

/** What the browser counts for the two directions; undefined before there is anything to count. */
export interface TrackFigures {
  readonly inbound?: RTCInboundRtpStreamStats;
  readonly outbound?: RTCOutboundRtpStreamStats;
}

/** Whether a transport's media are tracks. */
export function hasTracks(transport: Transport): transport is Transport & MediaTracks {
  return "remoteTrack" in transport;
}

export function trackFigures(report: RTCStatsReport): TrackFigures {
  let figures: TrackFigures = {};
  report.forEach((stats: RTCStats) => {
    if (stats.type === "inbound-rtp") figures = { ...figures, inbound: stats as RTCInboundRtpStreamStats };
    if (stats.type === "outbound-rtp") figures = { ...figures, outbound: stats as RTCOutboundRtpStreamStats };
  });
  return figures;
}
