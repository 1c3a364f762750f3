import { Call, type CodecPreference } from "../../../../lib/index.ts";
import type { OpenCall } from "./open-call.ts";
import { recordNode } from "./recording.ts";

/** A call of this library, as an application makes it. */
export async function openOurs(
  address: string,
  microphone: MediaStream,
  codecs?: readonly CodecPreference[],
): Promise<OpenCall> {
  const call = new Call({ src: address, microphone, ...(codecs ? { codecs } : {}) });
  await call.start();
  return {
    recordHeard: () => recordNode(call.outputNode!),
    stats: () => call.stats(),
    close: () => call.hangUp(),
  };
}
