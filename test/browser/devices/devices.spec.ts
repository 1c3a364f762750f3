import { expect } from "@playwright/test";
import { test } from "./lab.ts";

test("the microphone in use is pulled out: the default takes over, a warning says so, and the chosen one comes back", async ({
  lab,
}) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, until, pageDevices } = devicesLab;
    microphones.plug("built-in", 500);
    microphones.plug("headset", 1000);
    const one = await call();
    await hears(one, 500);
    await pageDevices().setMicrophone("headset");
    await hears(one, 1000);
    microphones.unplug("headset");
    await hears(one, 500);
    await until(() => one.said.length > 0, "a warning");
    const before = [...one.said];
    const away = { chosen: pageDevices().microphone?.label, listed: pageDevices().microphones.map(({ id }) => id) };
    microphones.plug("headset", 1000);
    await hears(one, 1000);
    await until(() => one.said.length > 1, "the end of the warning");
    await one.audio.close();
    return { before, away, said: one.said, live: microphones.live };
  });
  expect(result).toEqual({
    before: ["media-microphone-replaced"],
    away: { chosen: "Microphone headset", listed: ["built-in"] },
    said: ["media-microphone-replaced", "-media-microphone-replaced"],
    live: [],
  });
});

test("a microphone that leaves the list while its track stays live is replaced before it is dropped", async ({
  lab,
}) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, pageDevices } = devicesLab;
    microphones.plug("built-in", 500);
    microphones.plug("headset", 1000);
    await pageDevices().setMicrophone("headset");
    const one = await call();
    await hears(one, 1000);
    microphones.mostOpen = 0;
    const frames = one.far.tones.length;
    microphones.unplug("headset", { endTracks: false });
    await hears(one, 500);
    const tones = one.far.tones.slice(frames);
    await one.audio.close();
    return { said: one.said, most: microphones.mostOpen, gaps: tones.filter((tone) => tone === 0).length };
  });
  expect(result.said).toEqual(["media-microphone-replaced"]);
  expect(result.most).toBe(2);
  expect(result.gaps).toBeLessThanOrEqual(3); // a frame in which one tone ends and another begins
});

test("the only microphone is pulled out: a request that goes away when there is one again", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, until } = devicesLab;
    microphones.plug("only", 500);
    const one = await call();
    await hears(one, 500);
    const frames = one.far.tones.length;
    microphones.unplug("only");
    await until(() => one.said.length > 0, "a warning");
    const before = [...one.said];
    await hears(one, 0);
    const cadence = one.far.tones.length > frames;
    microphones.plug("another", 1500);
    await hears(one, 1500);
    await one.audio.close();
    return { before, said: one.said, cadence };
  });
  expect(result.before).toEqual(["media-microphone-ended"]);
  expect(result.said.slice(0, 2)).toEqual(["media-microphone-ended", "-media-microphone-ended"]);
  expect(result.cadence).toBe(true);
});

test("the permission is withdrawn: the warning's one action asks again", async ({ lab }) => {
  const said = await lab.evaluate(async () => {
    const { microphones, call, hears, until } = devicesLab;
    microphones.plug("built-in", 500);
    const one = await call();
    await hears(one, 500);
    microphones.refusal = new DOMException("Permission denied", "NotAllowedError");
    microphones.unplug("built-in");
    microphones.plug("built-in", 500);
    await until(() => one.said.length > 0, "a warning");
    microphones.refusal = undefined;
    await one.resumes.get("media-microphone-ended")?.();
    await hears(one, 500);
    await one.audio.close();
    return one.said;
  });
  expect(said.slice(0, 2)).toEqual(["media-microphone-ended", "-media-microphone-ended"]);
});

test("the system prefers another microphone: it is followed, unless one was chosen", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, pause, pageDevices } = devicesLab;
    microphones.plug("built-in", 500);
    microphones.plug("headset", 1000);
    const one = await call();
    await hears(one, 500);
    microphones.system = "headset";
    await hears(one, 1000);
    await pageDevices().setMicrophone("built-in");
    await hears(one, 500);
    const requests = microphones.requests.length;
    microphones.system = "built-in";
    microphones.system = "headset";
    await pause(500);
    const still = microphones.requests.length - requests;
    await hears(one, 500);
    await pageDevices().setMicrophone("");
    await hears(one, 1000);
    await one.audio.close();
    return { said: one.said, still };
  });
  expect(result).toEqual({ said: [], still: 0 });
});

test("a microphone that freezes is opened once more and sounds again", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears } = devicesLab;
    microphones.plug("built-in", 500);
    const one = await call();
    await hears(one, 500);
    const requests = microphones.requests.length;
    microphones.freeze("built-in");
    await hears(one, 0);
    await hears(one, 500);
    await one.audio.close();
    return { said: one.said, requests: microphones.requests.length - requests, live: microphones.live };
  });
  expect(result).toEqual({ said: [], requests: 1, live: [] });
});

test("a microphone that stays frozen becomes a request, whose one action takes the next microphone", async ({
  lab,
}) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, until, pause } = devicesLab;
    microphones.plug("switched off", 500);
    microphones.plug("headset", 1000);
    microphones.setGain("switched off", 0);
    const one = await call();
    await until(() => one.said.length > 0, "a warning");
    const requests = microphones.requests.length;
    await pause(4000);
    const more = microphones.requests.length - requests;
    await one.resumes.get("media-microphone-silent")?.();
    await hears(one, 1000);
    await until(() => one.said.length > 1, "the end of the warning");
    await one.audio.close();
    return { said: one.said, requests, more };
  });
  expect(result).toEqual({
    said: ["media-microphone-silent", "-media-microphone-silent"],
    requests: 2,
    more: 0,
  });
});

test("switching quickly leaves the last choice, one open microphone, and no gap", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, pause, pageDevices } = devicesLab;
    for (const [id, hz] of [
      ["a", 500],
      ["b", 1000],
      ["c", 1500],
    ] as const)
      microphones.plug(id, hz);
    const one = await call();
    await hears(one, 500);
    const frames = one.far.tones.length;
    const devices = pageDevices();
    await Promise.all(["b", "c", "a", "c", "b"].map((id) => devices.setMicrophone(id)));
    await hears(one, 1000);
    await pause(300);
    const tones = one.far.tones.slice(frames);
    const steps = tones.filter((tone, index) => tone !== 0 && tone !== tones[index - 1]);
    const live = [...microphones.live];
    await one.audio.close();
    return { live, gaps: tones.filter((tone) => tone === 0).length, steps, chosen: devices.microphone?.id };
  });
  expect(result.live).toEqual(["b"]);
  expect(result.chosen).toBe("b");
  expect(result.steps.at(-1)).toBe(1000);
  expect(result.gaps).toBeLessThanOrEqual(5); // at most the frame of each switch
});

test("a microphone or loudspeaker that is not there is refused by name, and nothing changes", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, failure, pageDevices, sharedAudioContext } = devicesLab;
    microphones.plug("built-in", 500);
    await microphones.showSpeakers();
    const one = await call();
    const devices = pageDevices();
    await devices.refresh();
    const speaker = devices.speakers[0]!;
    await devices.setSpeaker(speaker.id);
    const sink = () => (sharedAudioContext() as AudioContext & { sinkId: string }).sinkId === speaker.id;
    const before = sink();
    const errors = [
      await failure(() => devices.setMicrophone("bogus")),
      await failure(() => devices.setSpeaker("bogus")),
      await failure(() => one.audio.setSpeaker("bogus")),
    ];
    await hears(one, 500);
    const after = sink();
    const { microphone } = devices;
    const state = one.audio.state;
    await one.audio.close();
    return { before, after, errors, microphone, state, said: one.said };
  });
  expect(result.errors.map((error) => error?.code)).toEqual([
    "media-constraints",
    "media-no-speaker",
    "media-no-speaker",
  ]);
  expect(result).toMatchObject({ before: true, after: true, state: "running", said: [] });
  expect(result.microphone).toBeUndefined();
});

test("the loudspeaker in use goes away: the default takes over with a warning, and it is used again when it is back", async ({
  lab,
}) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, until, pageDevices, sharedAudioContext } = devicesLab;
    microphones.plug("built-in", 500);
    await microphones.showSpeakers();
    const one = await call();
    const devices = pageDevices();
    await devices.refresh();
    const speaker = devices.speakers[1]!;
    await devices.setSpeaker(speaker.id);
    const sink = () => (sharedAudioContext() as AudioContext & { sinkId: string }).sinkId;
    microphones.missingSpeakers.add(speaker.id);
    microphones.changeSpeakers();
    await until(() => sink() === "", "the default loudspeaker");
    await until(() => one.said.length > 0, "a warning");
    microphones.missingSpeakers.clear();
    microphones.changeSpeakers();
    await until(() => sink() === speaker.id, "the chosen loudspeaker");
    await until(() => one.said.length > 1, "the end of the warning");
    await one.audio.close();
    return one.said;
  });
  expect(result).toEqual(["media-speaker-replaced", "-media-speaker-replaced"]);
});

test("a choice is remembered on this site by name and group, and can be forgotten", async ({ lab }) => {
  const choose = () =>
    lab.evaluate(async () => {
      const { microphones, pageDevices } = devicesLab;
      microphones.plug("built-in", 500);
      microphones.plug("id-1", 1000, { label: "USB headset", groupId: "usb" });
      await pageDevices().setMicrophone("id-1");
      await pageDevices().setSettings({ noiseSuppression: false });
    });
  /** After a reload, where browsers may have given the devices new identifiers. */
  const callAgain = () =>
    lab.evaluate(async () => {
      const { microphones, call, hears, pageDevices } = devicesLab;
      microphones.plug("built-in", 500);
      microphones.plug("id-2", 1000, { label: "USB headset", groupId: "usb" });
      const one = await call();
      await hears(one, pageDevices().microphone ? 1000 : 500);
      await one.audio.close();
      return { last: microphones.requests.at(-1), chosen: pageDevices().microphone?.label, said: one.said };
    });
  await choose();
  await lab.reload();
  const remembered = await callAgain();
  expect(remembered).toMatchObject({ chosen: "USB headset", said: [] });
  expect(remembered.last).toMatchObject({
    deviceId: { exact: "id-2" },
    noiseSuppression: false,
    echoCancellation: true,
  });

  await lab.evaluate(() => {
    devicesLab.pageDevices().remember = false;
  });
  await lab.reload();
  const forgotten = await callAgain();
  expect(forgotten.chosen).toBeUndefined();
  expect(forgotten.last).toMatchObject({ noiseSuppression: true });
  expect(await lab.evaluate(() => localStorage.length)).toBe(0);
});

test("processing is switched while the call goes on, without a gap, by opening the device anew where nothing else helps", async ({
  lab,
}) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, pause, failure, pageDevices } = devicesLab;
    microphones.plug("built-in", 500);
    const one = await call();
    await hears(one, 500);
    const frames = one.far.tones.length;
    await pageDevices().setSettings({ echoCancellation: false });
    await pause(300);
    const { echoCancellation, noiseSuppression } = microphones.requests.at(-1)!;
    microphones.refusal = new DOMException("busy", "NotReadableError");
    const refused = await failure(() => pageDevices().setSettings({ echoCancellation: true }));
    await hears(one, 500);
    const gaps = one.far.tones.slice(frames).filter((tone) => tone === 0).length;
    const { settings } = pageDevices();
    await one.audio.close();
    return { echoCancellation, noiseSuppression, refused, gaps, settings, live: microphones.live };
  });
  expect(result).toMatchObject({ echoCancellation: false, noiseSuppression: true, live: [] });
  expect(result.refused?.code).toBe("media-in-use");
  expect(result.settings.echoCancellation).toBe(false);
  expect(result.gaps).toBeLessThanOrEqual(3);
});

test("a stream that was handed in is left alone", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, call, hears, pause, pageDevices } = devicesLab;
    microphones.plug("built-in", 500);
    microphones.plug("headset", 1000);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: "headset" } } });
    const one = await call({ microphone: stream });
    await pageDevices().setMicrophone("built-in");
    microphones.system = "headset";
    await pause(300);
    await hears(one, 1000);
    const requests = microphones.requests.length;
    await one.audio.close();
    return { requests, live: microphones.live, said: one.said };
  });
  expect(result).toEqual({ requests: 1, live: ["headset"], said: [] });
});

test("twenty calls read the list when something changes and leave no listener behind", async ({ lab }) => {
  const result = await lab.evaluate(async () => {
    const { microphones, CallAudio, pause, until } = devicesLab;
    microphones.plug("built-in", 500);
    for (let round = 0; round < 20; round++) {
      const call = await CallAudio.open();
      await until(() => microphones.listed > round, "the list is read");
      await call.close();
    }
    await pause(100);
    const listed = microphones.listed;
    microphones.plug("headset", 1000);
    await pause(300);
    return { perCall: listed / 20, onChange: microphones.listed - listed, live: microphones.live };
  });
  expect(result.perCall).toBeLessThanOrEqual(2);
  expect(result.onChange).toBe(1);
  expect(result.live).toEqual([]);
});
