import type { IncomingMessages } from "./incoming-messages.ts";

export const incoming: IncomingMessages = {
  incomingCall: "Llamada entrante",
  incomingWaiting: "Llamada entrante durante la conversación",
  incomingAnnounce: "Llama {name}.",
  incomingGone: "{name} ya no llama.",
  incomingAccept: "Aceptar",
  incomingAcceptWaiting: "Retener y aceptar",
  incomingDecline: "Rechazar",
  incomingBusy: "Ocupado",
  incomingSilence: "Silenciar",
  incomingRingsFor: "Suena {seconds} s más",
  incomingBlocked: "El navegador retiene el tono de llamada hasta que haga clic.",
  incomingUnblock: "Activar el tono de llamada",
};
