import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  encodeSound,
  encodeWav,
  placeCall,
  type Sound,
  SoundDecoder,
  type VoiceCaller,
  type VoiceServer,
} from "../../../lib/node/index.ts";
import { toneDb, toneSound } from "../../../lib/testing/index.ts";

const prompts = mkdtempSync(join(tmpdir(), "voicebridge-recipes-"));
const servers: VoiceServer[] = [];
const tones = { menu: 400, hours: 800, goodbye: 1200 };

/** A recipe as it is written, on a port of its own. */
async function open(load: () => Promise<{ readonly server: VoiceServer }>): Promise<VoiceServer> {
  const { server } = await load();
  servers.push(server);
  await server.ready;
  return server;
}

/** Everything the caller hears until the call is over, or `enough` is. */
async function listen(caller: VoiceCaller, enough: (heard: Sound) => boolean = () => false): Promise<Sound> {
  const decoder = new SoundDecoder(caller.format);
  const samples: number[] = [];
  const heard = () => ({ samples: Int16Array.from(samples), sampleRate: caller.format.sampleRate });
  for await (const frame of caller.audio) {
    samples.push(...decoder.decode(frame));
    if (enough(heard())) break;
  }
  return heard();
}

beforeAll(() => {
  process.env["PORT"] = "0";
  process.env["PROMPTS"] = prompts;
  for (const [name, frequencyHz] of Object.entries(tones)) {
    const { samples, sampleRate } = toneSound(frequencyHz, 400);
    writeFileSync(join(prompts, `${name}.wav`), encodeWav({ sampleRate, channels: 1 }, samples));
  }
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close({ deadlineMs: 100 })));
  rmSync(prompts, { recursive: true, force: true });
});

test("the telephone menu says what a key asks for, and hangs up at 9", async () => {
  const server = await open(() => import("../../../demo/recipes/ivr/answer.ts"));
  const caller = await placeCall({ url: new URL("/menu", server.url).href });
  const listening = listen(caller);
  await expect.poll(() => caller.receivedBytes).toBeGreaterThan(0); // the menu
  await caller.press("1");
  await caller.press("9"); // kept until the hours were said
  const heard = await listening;
  expect((await caller.ended).reason).toBe("goodbye");
  for (const hz of Object.values(tones)) expect(toneDb(heard, hz), `${hz} Hz`).toBeGreaterThan(-40);
  expect(toneDb(heard, 2000)).toBeLessThan(-60);
});

test("the answering program says back what was said, after it was said, to those who bring the token", async () => {
  const server = await open(() => import("../../../demo/recipes/answering/server.ts"));
  const url = new URL("/agent", server.url).href;
  await expect(placeCall({ url })).rejects.toThrow(/401|403/);
  expect(await placeCall({ url, bearer: "secret" }).catch((error: unknown) => error)).toMatchObject({ fatal: true });
  process.env["VOICE_TOKEN"] = "secret";
  const caller = await placeCall({ url, bearer: "secret", codecs: ["L16/16000/1"] });
  const silence = { samples: new Int16Array(16_000), sampleRate: 16_000 };
  const said = toneSound(500, 1000);
  for (let at = 0; at < said.samples.length; at++) {
    said.samples[at]! *= 0.6 + 0.4 * Math.sin((2 * Math.PI * 4 * at) / 16_000); // syllables
  }
  const loud = ({ samples }: Sound) => samples.filter((sample) => Math.abs(sample) > 1000).length;
  const listening = listen(caller, (heard) => loud(heard) > 8000);
  for (const sound of [silence, said, silence, silence]) await caller.output.speak(encodeSound(sound, caller.format));
  const heard = await listening;
  expect(toneDb(heard, 500)).toBeGreaterThan(-40);
  await caller.hangUp();
});
