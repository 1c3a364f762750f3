import { expect } from "@playwright/test";
import { test } from "./lab.ts";

test("speaking while muted is told, with the action that unmutes, and forgotten when it is done", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, until, pause } = devicesLab;
    microphones.plug("headset", 1000);
    microphones.setGain("headset", 0.003); // a quiet room
    const one = await call();
    await one.audio.setMuted(true);
    await pause(3000);
    const quiet = [...one.said];
    // Syllables.
    let loud = false;
    const speaking = setInterval(() => {
      loud = !loud;
      microphones.setGain("headset", loud ? 0.3 : 0.01);
    }, 200);
    await until(() => one.said.length > 0, "the warning");
    const sent = one.tone();
    await one.audio.setMuted(false);
    await until(() => one.said.length > 1, "the end of the warning");
    await pause(3000);
    clearInterval(speaking);
    await one.audio.close();
    return { quiet, sent, said: one.said };
  });
  expect(result).toEqual({ quiet: [], sent: [0, 0, 0], said: ["media-muted-talking", "-media-muted-talking"] });
});

test("a microphone that only hisses is told after a while, and no more once it is heard", async ({ lab }) => {
  test.setTimeout(90_000);
  const result = await lab.evaluate(async () => {
    const { microphones, call, until } = devicesLab;
    microphones.plug("unplugged headset", 1000);
    microphones.setGain("unplugged headset", 0.0005);
    const one = await call();
    const began = performance.now();
    await until(() => one.said.length > 0, "the warning", 40_000);
    const afterMs = performance.now() - began;
    const requests = microphones.requests.length;
    microphones.setGain("unplugged headset", 0.5);
    await until(() => one.said.length > 1, "the end of the warning");
    await one.audio.close();
    return { afterMs, requests, said: one.said };
  });
  expect(result.afterMs).toBeGreaterThan(9000);
  expect(result.requests).toBe(1);
  expect(result.said).toEqual(["media-microphone-silent", "-media-microphone-silent"]);
});
