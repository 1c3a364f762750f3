import { AudioError } from "./audio-error.ts";

/** Plays `context` on a loudspeaker: `MediaDeviceInfo.deviceId`, or "" for the default. Rejects with AudioError, and then plays on where it did. */
export async function setSink(context: AudioContext, deviceId: string): Promise<void> {
  const sinkable = context as AudioContext & { setSinkId?(id: string): Promise<void> };
  if (!sinkable.setSinkId) throw new AudioError("media-unsupported", "This browser cannot choose a loudspeaker.");
  try {
    await sinkable.setSinkId(deviceId);
  } catch (cause) {
    throw new AudioError("media-no-speaker", "The chosen loudspeaker is not there.", { cause });
  }
}
