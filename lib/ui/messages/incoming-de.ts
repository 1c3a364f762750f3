import type { IncomingMessages } from "./incoming-messages.ts";

export const incoming: IncomingMessages = {
  incomingCall: "Eingehender Anruf",
  incomingWaiting: "Eingehender Anruf während des Gesprächs",
  incomingAnnounce: "{name} ruft an.",
  incomingGone: "{name} ruft nicht mehr an.",
  incomingAccept: "Annehmen",
  incomingAcceptWaiting: "Halten und annehmen",
  incomingDecline: "Ablehnen",
  incomingBusy: "Besetzt",
  incomingSilence: "Stumm",
  incomingRingsFor: "Klingelt noch {seconds} s",
  incomingBlocked: "Der Browser hält den Klingelton zurück, bis Sie klicken.",
  incomingUnblock: "Klingelton einschalten",
};
