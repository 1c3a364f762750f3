/** Sound between two browsers. Loaded when it is needed: a call over RTVBP needs none of it. */
export type { PeerCodec } from "./codec-preference.ts";
export { PeerConnection, type PeerConnectionOptions } from "./peer-connection.ts";
export type { PeerFigures } from "./peer-figures.ts";
export type { PeerSignal } from "./peer-signal.ts";
