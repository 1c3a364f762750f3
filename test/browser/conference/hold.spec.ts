import { expect, type Page, test } from "@playwright/test";
import { bundleOf } from "../../../demo/generate/bundles.ts";
import { levelDb } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { hangUp } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { nothingOpen, openTestPage, recorded, startRecorder, stillOpen } from "../support/page.ts";
import { absent, atRate, listen, presence, present, rate, startParties, voiceOf } from "./parties.ts";

const microphone = microphoneFile({ text: "I will put you on hold for a moment, do not go away.", seed: 21 });
test.setTimeout(120_000);
test.use({ launchOptions: speaking(microphone) });
const owner = () => atRate(readWav(microphone));

const audioRoom = bundleOf("lib/audio/index.ts");

declare global {
  interface Window {
    audio: import("../../../lib/audio/index.ts").CallAudio;
    music: AudioBuffer;
  }
}

/** A call whose audio is at hand as `window.audio`, and music to be played to those who wait as `window.music`. */
async function start(page: Page, src: string, profile: string): Promise<void> {
  await openTestPage(page);
  await page.evaluate(
    async ([src, profile, room, music, rate]) => {
      const { CallAudio } = await import(/* @vite-ignore */ room);
      window.music = new AudioBuffer({ length: music.length, sampleRate: rate });
      window.music.copyToChannel(Float32Array.from(music), 0);
      window.call = new window.voicebridge.Call({
        src,
        profiles: [profile],
        codecs: ["L16/8000"],
        metadata: { name: "anna" },
        microphone: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
        openAudio: async (options) => {
          window.audio = await CallAudio.open(options);
          return window.audio;
        },
      });
      await window.call.start();
    },
    [src, profile, audioRoom, [...voiceOf("cleo")], rate] as const,
  );
}

for (const [profile, quiet] of [
  ["rtvbp.v1", -80],
  ["rtvbp.webrtc.v1", -60],
] as const) {
  test(`${profile}: on hold there is music or silence, of a muted microphone nothing at any moment, and then all is as it was`, async ({
    page,
  }) => {
    const parties = await startParties();
    try {
      await start(page, parties.url, profile);
      const anna = parties.party("anna");
      const held = (sound: "music" | "silence" | undefined) =>
        page.evaluate((sound) => window.audio.setHeld(sound === "music" ? window.music : sound), sound);
      const talking = (await listen([anna]))[0]!;
      await held("music");
      const music = (await listen([anna]))[0]!;
      await startRecorder(page);
      await held("silence");
      const silence = (await listen([anna]))[0]!;
      const heardHere = await recorded(page);

      // Muted while held: the music is heard all the same, and the microphone stays muted afterwards.
      await page.evaluate(() => window.call.setMuted(true));
      await held("music");
      const musicWhileMuted = (await listen([anna]))[0]!;
      await anna.caughtUp();
      const from = anna.now;
      await held(undefined);
      const mutedAgain = (await listen([anna]))[0]!;
      expect(await page.evaluate(() => window.call.muted)).toBe(true);
      await held("silence");
      await held("music");
      await anna.hears(1);
      const changes = anna.heard(from);

      await held(undefined);
      await page.evaluate(() => window.call.setMuted(false));
      await page.evaluate(() => window.recorder.chunks.splice(0));
      const talkingAgain = (await listen([anna]))[0]!;
      const heardAgain = await recorded(page);
      await hangUp(page);
      expect(await stillOpen(page)).toEqual(nothingOpen);

      // Only now: it takes this process, which is the server's, too, for seconds.
      const here = owner();
      for (const sound of [talking, talkingAgain]) expect(presence(sound, here)).toBeGreaterThan(present);
      for (const sound of [music, musicWhileMuted]) {
        expect(presence(sound, voiceOf("cleo"))).toBeGreaterThan(present);
        expect(presence(sound, here)).toBeLessThan(absent);
      }
      for (const sound of [silence, mutedAgain]) expect(levelDb(sound)).toBeLessThan(quiet);
      expect(presence(changes, here)).toBeLessThan(absent);
      expect(levelDb(heardHere.samples)).toBeLessThan(-80);
      expect(presence(atRate(heardAgain), voiceOf("anna"))).toBeGreaterThan(present);
    } finally {
      await parties.close();
    }
  });
}
