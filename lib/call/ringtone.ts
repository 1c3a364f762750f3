/** What tells of a call that comes in. Apart from the rest, so that pages which only make calls do not load it. */
export { type RingOptions, Ringtone, type RingtoneState } from "../audio/ringtone.ts";
