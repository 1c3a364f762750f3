import type { CallAudio, DeviceManager, HoldSound, MicrophoneOptions } from "../audio/index.ts";
import type { BackoffOptions, Clock, SessionTap } from "../session/index.ts";
import type { Connect } from "../transport/index.ts";
import type { OpenLine } from "./call-line.ts";
import type { CodecPreference } from "./codecs.ts";
import type { DtmfTiming } from "./dtmf-sender.ts";

/** Where a site with a strict content security policy serves the library's files itself. Left out, they are inlined. */
export interface AssetUrls {
  /** `worklet.js`: needs `script-src`. */
  readonly workletUrl?: string | URL;
  /** `worker.js`: needs `worker-src`. */
  readonly workerUrl?: string | URL;
  /** `core.wasm`: needs `connect-src`; compiling it needs `script-src 'wasm-unsafe-eval'` in either form. */
  readonly wasmUrl?: string | URL;
  /** `mixer-worklet.js`, for bridges, conferences and keys in the sound of people: needs `script-src`. */
  readonly mixerWorkletUrl?: string | URL;
  /** `signals.wasm`, for the same: needs `connect-src`. */
  readonly signalsUrl?: string | URL;
}

/** What a call needs of the audio room: `CallAudio`, or a double in tests. */
export type CallAudioPort = Pick<
  CallAudio,
  | "start"
  | "hold"
  | "setMuted"
  | "flush"
  | "setVolume"
  | "playDigit"
  | "stats"
  | "close"
  | "resume"
  | "state"
  | "outputNode"
  | "conversation"
  | "addEventListener"
  | "removeEventListener"
> &
  /** Left out by doubles that are never called over WebRTC, never held and never bridged. */
  Partial<Pick<CallAudio, "startTracks" | "setHeld" | "bridge" | "receivedNode">>;

/** How long, and how often, connections are tried: the first one, and those after a loss. `BackoffOptions` are the waits between attempts. */
export interface ReconnectOptions extends BackoffOptions {
  /** For how long the first connection, and one to where the call is moved, are tried again when they fail. Default 4000. */
  readonly connectWithinMs?: number;
  /** For how long a lost connection is tried to be made again; then the call ends. Default 12,000. */
  readonly giveUpAfterMs?: number;
  /** After this long without success an attempt to make it again is cut, and the next one begins. Default 5000. */
  readonly attemptMs?: number;
  /** Replaced in tests. */
  readonly clock?: Clock;
}

/** Where a `Call` leads, and what it takes along. `src`, `connect` or `line` has to be there, all else has defaults. */
export interface CallOptions {
  /** The application's address, `ws:` or `wss:`; relative addresses count from the page. Either this or `connect`. */
  readonly src?: string | URL;
  /** Opens the transport, where `src` is not enough. */
  readonly connect?: Connect;
  /** Makes the whole connection, where it is no RTVBP: `Client` gives its calls with people one. In place of `src` and `connect`. */
  readonly line?: OpenLine;
  /** Credential, sent as the subprotocol `bearer.<base64url>`. */
  readonly token?: string;
  /** Names the application to the answering side. Default: the last segment of the address. */
  readonly application?: string;
  readonly from?: string;
  readonly to?: string;
  /** Kept when the call is established again; a random one by default. */
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * Profile tokens that are offered with `src`, for the server to choose from. Default `rtvbp.v1`. With `rtvbp.webrtc.v1` sound goes by WebRTC, as
   * PCMU. An empty list offers none, for servers that know no subprotocols: they speak `rtvbp.v1`; a `token` cannot go with it.
   */
  readonly profiles?: readonly string[];
  /** STUN and TURN servers for calls over WebRTC. */
  readonly iceServers?: readonly RTCIceServer[];
  /** What is offered, best first. Default: `defaultCodecs`. Over WebRTC there is one codec, whatever is said here. */
  readonly codecs?: readonly CodecPreference[];
  /** A microphone by constraints, a stream of your own, or false for listening only. */
  readonly microphone?: MicrophoneOptions | MediaStream | false;
  readonly assets?: AssetUrls;
  /** Chooses the devices and keeps them working. Default: the page's own, which remembers what the person chose on this site. */
  readonly devices?: DeviceManager;
  /** Where `application.move` leads: the address of that application, or undefined to end the call. */
  readonly redirect?: (applicationId: string) => string | URL | undefined;
  readonly dtmf?: DtmfTiming;
  /** What the other side hears while it is held: nothing, or music, over and over. Default `silence`. */
  readonly holdSound?: HoldSound;
  /** How hard to try to get and keep a connection. False: a lost connection ends the call, and nothing is tried twice. */
  readonly reconnect?: ReconnectOptions | false;
  /** `reload`: a page that is loaded again can take the call up: see `Call.resume`. Otherwise the call ends with the page. */
  readonly resume?: "reload";
  /**
   * Keeps a record of the call in memory (about 1.5 MB an hour, at most 4), for `flightRecord()`; the script that does so is loaded with the
   * first call. Default: true in a page, false where there is none.
   */
  readonly flightRecord?: boolean;
  /** Looks on at every session of the call, one after the other: a `SessionRecorder`. */
  readonly tap?: SessionTap;
  /** Opens microphone and loudspeaker; replaced in tests. */
  readonly openAudio?: (options: Parameters<typeof CallAudio.open>[0]) => Promise<CallAudioPort>;
}
