import { describe, expect, it } from "vitest";
import { type HeardSound, MicrophoneJudge, type MicrophoneSigns } from "../../../lib/audio/microphone-signs.ts";

const hiss: HeardSound = { peak: 0.0008, rms: 0.0002, still: false };
const room: HeardSound = { peak: 0.004, rms: 0.001, still: false };
const speech: HeardSound = { peak: 0.3, rms: 0.05, still: false };
const fan: HeardSound = { peak: 0.09, rms: 0.03, still: false };
const nothing: HeardSound = { peak: 0, rms: 0, still: true };

/** Half a second each. */
function listen(judge: MicrophoneJudge, sounds: readonly HeardSound[], muted = false, fromMs = 0): MicrophoneSigns[] {
  return sounds.map((sound, index) => judge.hear(sound, muted, fromMs + index * 500));
}
const times = (count: number, sound: HeardSound) => Array.from({ length: count }, () => sound);

describe("a microphone that gives nothing", () => {
  it("is frozen after three seconds without one moving sample, and no more as soon as one moves", () => {
    const signs = listen(new MicrophoneJudge(), [...times(8, nothing), hiss]);
    expect(signs.map(({ frozen }) => frozen)).toEqual([...Array(6).fill(false), true, true, false]);
  });

  it("is silent after ten seconds of hiss, but not while it is muted, and never once it was heard", () => {
    expect(listen(new MicrophoneJudge(), times(21, hiss)).map(({ silent }) => silent)).toEqual([
      ...Array(20).fill(false),
      true,
    ]);
    expect(listen(new MicrophoneJudge(), times(60, hiss), true).some(({ silent }) => silent)).toBe(false);
    expect(listen(new MicrophoneJudge(), [room, ...times(60, hiss)]).some(({ silent }) => silent)).toBe(false);
  });

  it("begins anew with another microphone", () => {
    const judge = new MicrophoneJudge();
    listen(judge, times(20, nothing));
    judge.forget();
    expect(judge.hear(nothing, false, 10_000)).toEqual({
      frozen: false,
      heard: false,
      silent: false,
      talkingMuted: false,
    });
  });
});

describe("talking while muted", () => {
  it("is noticed within two seconds of speech, and over four seconds after the last word", () => {
    const judge = new MicrophoneJudge();
    listen(judge, times(10, room), true);
    const talking = listen(judge, times(4, speech), true, 5000);
    expect(talking.map(({ talkingMuted }) => talkingMuted)).toEqual([false, false, true, true]);
    const after = listen(judge, times(10, room), true, 7000);
    expect(after[5]?.talkingMuted).toBe(true);
    expect(after[9]?.talkingMuted).toBe(false);
  });

  it("is over at once when the person unmutes", () => {
    const judge = new MicrophoneJudge();
    listen(judge, times(6, speech), true);
    expect(judge.hear(speech, false, 3000).talkingMuted).toBe(false);
  });

  it("is neither a cough, nor a steady noise, nor speech that is heard", () => {
    const cough = [...times(4, room), speech, speech, ...times(6, room)];
    expect(listen(new MicrophoneJudge(), cough, true).some(({ talkingMuted }) => talkingMuted)).toBe(false);
    expect(listen(new MicrophoneJudge(), times(60, speech)).some(({ talkingMuted }) => talkingMuted)).toBe(false);
    const judge = new MicrophoneJudge();
    listen(judge, times(120, fan)); // a minute in the call before it is muted
    expect(listen(judge, times(60, fan), true, 60_000).some(({ talkingMuted }) => talkingMuted)).toBe(false);
  });
});
