import { expect, it } from "vitest";
import { Call } from "../../../lib/call/index.ts";
import { createMemoryTransportPair } from "../../../lib/transport/index.ts";
import { FakeAudio } from "./fake-audio.ts";

it("an interruption by the system is another warning than the browser's hold, and each clears itself", async () => {
  const audio = new FakeAudio();
  const [here] = createMemoryTransportPair();
  const call = new Call({ connect: async () => here, application: "test", openAudio: async () => audio });
  const said: string[] = [];
  call.addEventListener("warning", ({ warning }) => said.push(warning.code));
  call.addEventListener("warningclear", ({ code }) => said.push(`-${code}`));
  call.start().catch(() => {}); // nobody answers
  await new Promise((resolve) => setTimeout(resolve));
  audio.change("suspended");
  audio.change("interrupted");
  expect(call.warnings.map(({ code }) => code)).toEqual(["media-interrupted"]);
  await call.warnings[0]?.resume?.();
  expect(said).toEqual(["media-autoplay", "-media-autoplay", "media-interrupted", "-media-interrupted"]);
  await call.hangUp();
});

it("what the audio says of its devices is the call's to tell, and who talks while muted can unmute", async () => {
  const { AudioWarningClearEvent, AudioWarningEvent } = await import("../../../lib/audio/index.ts");
  const audio = new FakeAudio();
  const [here] = createMemoryTransportPair();
  const call = new Call({ connect: async () => here, application: "test", openAudio: async () => audio });
  call.start().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve));
  await call.setMuted(true);
  const warning = { code: "media-muted-talking", message: "You are speaking.", action: "Unmute." } as const;
  audio.dispatchEvent(new AudioWarningEvent(warning));
  expect(call.warnings).toMatchObject([warning]);
  await call.warnings[0]?.resume?.();
  expect(call.muted).toBe(false);
  audio.dispatchEvent(new AudioWarningClearEvent("media-muted-talking"));
  expect(call.warnings).toEqual([]);
  await call.hangUp();
});
