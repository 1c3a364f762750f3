export { bridge } from "./bridge.ts";
export { Conference, type ConferenceOptions, type EndOptions, type OwnerPlace, type Who } from "./conference.ts";
export * from "./conference-events.ts";
export type { Participant } from "./participant.ts";
export type { ConferenceRole } from "./routes.ts";
