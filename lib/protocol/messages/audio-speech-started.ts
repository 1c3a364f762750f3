import { event } from "../message.ts";
import { object, oneOf } from "../shape.ts";

/** Barge-in: somebody began to speak, on the side of the sender of this event or on the receiver's. */
export const audioSpeechStarted = event({
  emittedBy: "application",
  data: object({ origin: oneOf("sender", "receiver") }),
});
