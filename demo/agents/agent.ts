import type { VoiceSession } from "voicebridge/node";

/** A plain async function that answers one call. Returning leaves the call on; throwing ends it. */
export type Agent = (call: VoiceSession) => Promise<void>;
