import type { PeerCodec } from "../../transport/peer/index.ts";
import type { Call } from "../call.ts";
import type { CallOptions } from "../call-options.ts";
import type { CallStats } from "../call-stats.ts";
import type { ClientState } from "./client-events.ts";
import type { CallHandler } from "./handlers/index.ts";
import type { KeyWay } from "./peer-keys.ts";
import type { QualityThresholds } from "./quality-watch.ts";
import type { SignalLinkOptions } from "./signal-link.ts";

/** Microphone, loudspeaker and keys of every call of a client. */
export type ClientAudioOptions = Pick<
  CallOptions,
  "microphone" | "assets" | "devices" | "dtmf" | "openAudio" | "holdSound"
>;

/** Who a `Client` is, which hub it belongs to, and the defaults of its calls. */
export interface ClientOptions {
  /** The hub's address, `ws:` or `wss:`; relative addresses count from the page. Left out: calls to applications only. */
  readonly hub?: string | URL;
  /** Who this is: the hub lets one client have it at a time. */
  readonly id: string;
  /** What others see beside the id. */
  readonly displayName?: string;
  /** Credential for the hub, sent as the subprotocol `bearer.<base64url>`. */
  readonly token?: string;
  /** Instead of what the hub offers. */
  readonly iceServers?: readonly RTCIceServer[];
  /** No address of this machine is shown to others: sound goes through a TURN server only. */
  readonly relayOnly?: boolean;
  /** Which codec comes first in calls with people. Who is called has the last word; where nobody says anything it is Opus. */
  readonly codec?: PeerCodec;
  /** Whose `presence` to be told of. Default: everybody's, as far as the hub tells it (500 people, unless it says otherwise). */
  readonly contacts?: readonly string[];
  readonly audio?: ClientAudioOptions;
  /** How keys travel to people: see `KeyWay`. Default `auto`. */
  readonly dtmf?: KeyWay;
  /** False: keys that a person's side only lets hear are not looked for. Default true. */
  readonly detectDtmf?: boolean;
  /** Decides about calls that ring; what it passes, a person decides (`incoming`). See `compose`. */
  readonly onIncoming?: CallHandler;
  /** False: who calls while a call is on is told `busy`. Default true. */
  readonly callWaiting?: boolean;
  /** Whether somebody we talk to may connect us with somebody else. Default: always. */
  readonly mayTransfer?: (target: string) => boolean;
  /** Entries of `history`. Default 100. */
  readonly historyLimit?: number;
  readonly quality?: QualityThresholds;
  /**
   * `one`: of all tabs of this site with this hub and id one is connected, and rings; another one takes its place when it is closed. `each`: the hub
   * refuses all but the first. Default `one`, where the browser has Web Locks.
   */
  readonly tabs?: "one" | "each";
  /**
   * `reload`: a page that is loaded again takes its calls with people up, as soon as it is connected (`call` events, `resumed`); the other sides wait
   * for it. The tab's `sessionStorage` has what is needed for that meanwhile. Otherwise calls end with the page.
   */
  readonly resume?: "reload";
  /** Replaced in tests. */
  readonly link?: Pick<SignalLinkOptions, "WebSocket" | "clock" | "random">;
}

/** An application to call over RTVBP, in place of a person. */
export type ApplicationTarget = Omit<CallOptions, "line"> &
  ({ readonly src: string | URL } | Required<Pick<CallOptions, "connect">>);

/** What goes along with a call to a person. */
export interface PersonCallOptions {
  /** For who is called, with the ring. JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Of all calls of a client at one moment. */
export interface ClientStats {
  readonly state: ClientState;
  readonly ringing: number;
  readonly calls: readonly { readonly id: string; readonly state: Call["state"]; readonly stats: CallStats }[];
}
