import type { Call } from "../call.ts";
import { Conference, type ConferenceOptions } from "./conference.ts";

/**
 * Joins two calls, of any kind, so that they hear each other, and with them the owner, unless `owner` says otherwise. It ends when one of them
 * leaves: the other goes on with the owner, or is hung up where the owner is away. Rejects with `VoiceError`; then both are as they were.
 */
export async function bridge(
  first: Call,
  second: Call,
  options: Omit<ConferenceOptions, "maxParticipants"> = {},
): Promise<Conference> {
  const conference = new Conference(options);
  try {
    await conference.open();
    await conference.join(first);
    await conference.join(second);
  } catch (error) {
    await conference.end({ keepCalls: true });
    throw error;
  }
  const check = (): void => {
    const calls = conference.participants.filter(({ call }) => call);
    if (calls.length < 2) void conference.end({ keepCalls: conference.owner !== "away" });
  };
  conference.addEventListener("leave", check);
  check();
  return conference;
}
