import type { MediaTracks } from "../audio/index.ts";
import type { Codec } from "../protocol/index.ts";
import type { TransportStats } from "../transport/index.ts";
import type { Call } from "./call.ts";
import type { CallEnd } from "./call-events.ts";
import type { DtmfPress } from "./dtmf-sender.ts";
import type { Whereabouts } from "./resume-token.ts";

/** Whom a call is with. */
export interface CallParty {
  readonly id: string;
  readonly displayName?: string;
}

/** What the network did to what is heard, in all. Only where the transport counts packets. */
export interface NetworkFigures {
  readonly receivedPackets: number;
  readonly lostPackets: number;
  /** RFC 3550 §6.4.1, milliseconds; undefined before it is known. */
  readonly jitterMs: number | undefined;
  /** How sound leaves this machine (RFC 8445 §5.1.1): `relay` by a TURN server. */
  readonly path: "host" | "srflx" | "prflx" | "relay" | undefined;
}

/** Figures of the connection that carries a call; `call.stats()` has them among its own. */
export interface LineStats {
  readonly profile: string;
  readonly rttMs: number | undefined;
  readonly transport: TransportStats;
  readonly network?: NetworkFigures;
}

/** The connection of a call for as long as the call lasts, whatever it is made of. Tells its host what becomes of it. */
export interface CallLine {
  /** Connects for the first time. `back` of the host is told before it resolves. */
  open(): Promise<void>;
  /** Looks at once whether the connection is still there. */
  wake(): void;
  /** Ends it in good order, or gives up looking for one. Nothing is told to the host. Idempotent. */
  hangUp(reason: string): Promise<void>;
  /** False: there is no connection to send the key on. */
  press(press: DtmfPress): boolean;
  /** Round trip to the other side, milliseconds. */
  ping(): Promise<number>;
  stats(): Promise<LineStats | undefined>;
  /** That of `stats`, where it is known without asking. */
  readonly rttMs?: number | undefined;
  /** What a page that is loaded again needs to take the call up. */
  readonly whereabouts?: Whereabouts | undefined;
  /** A page that is loaded again takes the call up: it does not end with this one. */
  readonly kept?: boolean;
  /** Whom the call is with, where that is a person. */
  readonly party?: CallParty | undefined;
  /** Tells the other side that it is held, or no longer. */
  setHeld?(held: boolean): void;
  /** Resolves when the other side talks to `target` in place of us. */
  transfer?(target: string, attended: Call | undefined): Promise<void>;
  /** Sends one more track. Returns what stops that. */
  addTrack?(track: MediaStreamTrack): () => void;
}

/** What every line tells its call, and needs of it. */
export interface CallLineHost {
  readonly signal: AbortSignal;
  /** Makes the audio ready where media are tracks: returns the track to be sent. */
  prepareTracks(tracks: MediaTracks): Promise<MediaStreamTrack>;
  /** Nobody takes that sound any more. */
  releaseAudio(): void;
  /** How far it is, before there is a connection. */
  progress(state: "queued" | "ringing" | "connecting"): void;
  /** There is no connection for now. Nothing of the call is given up. */
  away(why: "lost" | "moved"): void;
  /** There is one (again). */
  back(codec: Codec): void;
  /** There will not be another one. */
  over(end: CallEnd): void;
  /** The other side holds the call, or no longer. */
  heldThere(held: boolean): void;
  /** The other side pressed a key, and told so in words. `audible`: it is heard by itself. */
  pressed(digit: string, audible?: boolean): void;
  /** The other side sends one more track. */
  track(track: MediaStreamTrack): void;
  /** The call is with somebody else now. */
  partyChanged(party: CallParty): void;
}

/** Makes the line of a call. `call`: not started yet. */
export type OpenLine = (host: CallLineHost, call: Call) => CallLine;
