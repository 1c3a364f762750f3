import { describe, expect, it } from "vitest";
import { type MicrophoneSurroundings, microphoneError, whyNoMicrophone } from "../../../lib/audio/microphone-error.ts";

const fine: MicrophoneSurroundings = {
  secure: true,
  hasMediaDevices: true,
  policyAllows: true,
  permission: async () => "denied",
};
const says = (state: PermissionState | undefined) => async () => state;
const dom = (name: string, message = "") => new DOMException(message, name);

describe("a microphone that the browser refuses", () => {
  it.each([
    ["was denied by the person", dom("NotAllowedError", "Permission denied"), {}, "media-permission-denied"],
    [
      "was dismissed, in Chromium's words",
      dom("NotAllowedError", "Permission dismissed"),
      {},
      "media-permission-dismissed",
    ],
    [
      "was dismissed, and can be asked for again",
      dom("NotAllowedError"),
      { permission: says("prompt") },
      "media-permission-dismissed",
    ],
    [
      "is denied, where nobody tells the state",
      dom("NotAllowedError"),
      { permission: says(undefined) },
      "media-permission-denied",
    ],
    ["is denied by the system", dom("NotAllowedError", "Permission denied by system"), {}, "media-permission-system"],
    ["is denied by a policy", dom("NotAllowedError"), { policyAllows: false }, "media-policy-iframe"],
    ["is denied by a policy, in older words", dom("SecurityError"), { policyAllows: false }, "media-policy-iframe"],
    ["is not there", dom("NotFoundError"), {}, "media-no-device"],
    ["is in use", dom("NotReadableError", "Could not start audio source"), {}, "media-in-use"],
    ["is in use, in Firefox's words", dom("AbortError", "Starting audioinput failed"), {}, "media-in-use"],
    ["is another one", dom("OverconstrainedError"), {}, "media-constraints"],
    ["fails otherwise", new TypeError("no"), {}, "media-failed"],
    ["fails with anything", "no", {}, "media-failed"],
  ] as const)("%s: named, with what to do and the cause", async (_, cause, page, code) => {
    const error = await microphoneError(cause, { ...fine, ...page });
    expect(error).toMatchObject({ name: "AudioError", code, cause });
    expect(error.action.length).toBeGreaterThan(10);
  });
});

describe("a page that cannot ask for a microphone", () => {
  it("says so before it asks", () => {
    expect(whyNoMicrophone(fine)).toBeUndefined();
    expect(whyNoMicrophone({ ...fine, secure: false, hasMediaDevices: false })?.code).toBe("media-insecure-context");
    expect(whyNoMicrophone({ ...fine, hasMediaDevices: false })?.code).toBe("media-unsupported");
    expect(whyNoMicrophone({ ...fine, policyAllows: false })?.code).toBe("media-policy-iframe");
  });
});
