import type { IncomingMessages } from "./incoming-messages.ts";

export const incoming: IncomingMessages = {
  incomingCall: "Incoming call",
  incomingWaiting: "Incoming call while you are talking",
  incomingAnnounce: "{name} is calling.",
  incomingGone: "{name} is not calling any more.",
  incomingAccept: "Accept",
  incomingAcceptWaiting: "Hold and accept",
  incomingDecline: "Decline",
  incomingBusy: "Busy",
  incomingSilence: "Silence",
  incomingRingsFor: "Rings for {seconds} s more",
  incomingBlocked: "The browser holds the ringtone back until you click.",
  incomingUnblock: "Turn the ringtone on",
};
