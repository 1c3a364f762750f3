import { defaultProfile, findProfile, profiles as knownProfiles } from "../protocol/index.ts";
import { type Connect, connectWebSocket, type TransportError } from "../transport/index.ts";
import type { CallOptions } from "./call-options.ts";
import { VoiceError } from "./voice-error.ts";

export interface DialOptions extends Pick<CallOptions, "token" | "profiles" | "iceServers" | "assets"> {
  /** Told why the socket had to live on the page's thread. */
  readonly onFallback: (reason: TransportError) => void;
}

/** How to reach an application at this address. Throws `VoiceError` `transport-profile` where the profiles cannot be offered. */
export function dial(src: string | URL, options: DialOptions): Connect {
  const { token, profiles = [defaultProfile], iceServers, assets, onFallback } = options;
  const known = knownProfiles.map((profile) => profile.token).join(", ");
  for (const profile of [profiles].flat()) {
    if (findProfile(profile)) continue;
    throw new VoiceError("transport-profile", `There is no profile "${profile}".`, `Choose from ${known}.`, true);
  }
  if (token !== undefined && profiles.length === 0) {
    const message = "A token travels beside a profile, and none is offered.";
    throw new VoiceError("transport-profile", message, `Offer ${defaultProfile}, or carry the token otherwise.`, true);
  }
  const workerUrl = assets?.workerUrl === undefined ? undefined : String(assets.workerUrl);
  const common = { url: src, profiles, bearer: token, workerUrl, onFallback };
  if (!profiles.some((profile) => findProfile(profile)?.transport === "webrtc")) return connectWebSocket(common);
  return async (signal) => {
    const { connectWebRtc } = await import("../transport/webrtc.ts");
    return connectWebRtc({ ...common, iceServers })(signal);
  };
}
