import { describe, expect, it } from "vitest";
import { AudioError, CallAudio, sharedAudioContext } from "../../../lib/audio/index.ts";
import { dtmfFrequencies } from "../../../lib/audio/local-tone.ts";

describe("lib/audio", () => {
  it("imports where there is no browser, and says what is missing when it is used there", async () => {
    expect(sharedAudioContext()).toBeUndefined();
    const error = await CallAudio.open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AudioError);
    expect(error).toMatchObject({ code: "media-unsupported", fatal: true });
  });

  it("opens nothing after an abort", async () => {
    const signal = AbortSignal.abort("gone");
    await expect(CallAudio.open({ signal })).rejects.toMatchObject({ code: "audio-aborted", cause: "gone" });
  });

  it("knows the sixteen keys of ITU-T Q.23 and nothing else", () => {
    const table = [..."123A456B789C*0#D"].map((digit) => dtmfFrequencies(digit));
    expect(table[0]).toEqual([697, 1209]);
    expect(table[6]).toEqual([770, 1477]);
    expect(table[13]).toEqual([941, 1336]);
    expect(table[15]).toEqual([941, 1633]);
    expect(new Set(table.map(String)).size).toBe(16);
    expect(dtmfFrequencies("d")).toEqual([941, 1633]);
    for (const wrong of ["", "E", "12", " "]) expect(dtmfFrequencies(wrong)).toBeUndefined();
  });
});
