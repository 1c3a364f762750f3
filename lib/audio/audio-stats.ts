import type { CaptureFigures, LoopDelay } from "../../worklets/messages.ts";
import type { PlaybackStats } from "../core/index.ts";
import type { FrameCounters } from "../frames/index.ts";
import type { AudioState } from "./audio-events.ts";

export type { CaptureFigures, LoopDelay };

/** What the audio of one call is doing. Figures of the worklets are at most a second old. */
export interface AudioStats {
  readonly state: AudioState;
  /** Of the device; sound is resampled once, in the core. */
  readonly sampleRate: number;
  /**
   * How frames travel between the worklets and the socket's thread. `track`: there are none, jitter buffer and codec are the browser's own
   * (WebRTC), and so are the figures, as far as it tells them.
   */
  readonly link: "port" | "shared" | "track" | undefined;
  readonly muted: boolean;
  readonly microphone: MicrophoneFigures | undefined;
  /** Time to collect one frame, milliseconds: its length. */
  readonly captureMs: number;
  /** From the playback worklet to the loudspeaker, as the browser estimates it, milliseconds. In Firefox without the device's own part. */
  readonly outputMs: number;
  /** Undefined before `start` (and the rest, too). */
  readonly capture: CaptureFigures | undefined;
  readonly playback: PlaybackStats | undefined;
  /** Frames that came from the socket's thread. */
  readonly downlink: FrameCounters | undefined;
  /**
   * Measured delay from the capture worklet to the playback worklet through a peer that echoes our frames unchanged: one frame of
   * collecting, both thread hops, the network both ways, the peer and the playout buffer. Undefined with any other peer.
   */
  readonly loop: LoopDelay | undefined;
}

export interface MicrophoneFigures {
  readonly label: string;
  readonly deviceId: string | undefined;
  readonly ended: boolean;
}
