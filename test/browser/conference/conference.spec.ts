import { expect, test } from "@playwright/test";
import { levelDb } from "../../support/signal.ts";
import { microphoneFile } from "../../support/speech.ts";
import { readWav } from "../../support/wav.ts";
import { log } from "../support/call.ts";
import { speaking } from "../support/chromium.ts";
import { nothingOpen, openTestPage, stillOpen } from "../support/page.ts";
import { callAll, confer, rawMicrophone } from "./page.ts";
import { absent, atRate, listen, presence, present, startParties, voiceOf } from "./parties.ts";

const microphone = microphoneFile({ text: "Welcome to this conference, everybody is here now.", seed: 23 });
test.setTimeout(150_000);
test.use({ launchOptions: speaking(microphone) });

const names = ["anna", "ben", "cleo"] as const;

test("in a conference of four each hears the three others and not itself; mute, kick and lock hold", async ({
  page,
}) => {
  const parties = await startParties();
  try {
    await openTestPage(page);
    await callAll(
      page,
      [...names, "dora"].map((name) => ({ name, src: parties.url })),
    );
    await confer(page, names);
    const all = names.map((name) => parties.party(name));
    const everybody = await listen(all);

    const rated = () =>
      page.evaluate(() => window.conference.participants.filter(({ quality }) => quality && quality.mos >= 1).length);
    await expect.poll(rated, { timeout: 15_000 }).toBe(3);

    await page.evaluate(() => window.conference.mute(window.calls["anna"]!));
    const annaMuted = await listen(all, 2);
    await page.evaluate(() => window.conference.muteAll({ except: [window.calls["ben"]!] }));
    const onlyBen = await listen(all, 2);
    const muted = await page.evaluate(() => window.conference.participants.map((participant) => participant.muted));
    expect(muted).toEqual([false, true, false, true]);
    await page.evaluate(() => window.conference.unmuteAll());

    await page.evaluate(() => window.conference.lock());
    const refusal = await page.evaluate(() =>
      window.conference.join(window.calls["dora"]!).then(
        () => "joined",
        (error) => error.code,
      ),
    );
    expect(refusal).toBe("conference-locked");
    expect(await page.evaluate(() => window.calls["dora"]!.bridged)).toBe(false);

    await page.evaluate(() => window.conference.kick(window.calls["cleo"]!, "enough"));
    await expect.poll(() => parties.party("cleo").session.signal.aborted).toBe(true);
    const withoutCleo = await listen(all.slice(0, 2), 2);

    await page.evaluate(() => window.conference.whisper(window.calls["ben"]!, ["owner"]));
    const whispered = await listen(all.slice(0, 2), 2);
    await parties.party("ben").session.hangUp("bye");
    await expect.poll(() => page.evaluate(() => window.conference.participants.length)).toBe(2);
    await page.evaluate(() => window.conference.end());
    await expect.poll(() => page.evaluate(() => window.calls["anna"]!.state)).toBe("terminated");
    await page.evaluate(() => window.calls["dora"]!.hangUp());
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);

    const entries = await log(page);
    const of = (type: string) => entries.filter((entry) => entry.type === type).map(({ detail }) => detail);
    expect(of("join")).toEqual(["owner", ...names]);
    expect(of("leave")).toEqual([
      ["cleo", "kicked"],
      ["ben", "ended"],
      ["anna", "ended"],
      ["owner", "left"],
    ]);
    expect(of("conference ended")).toHaveLength(1);
    expect(of("speaker").length).toBeGreaterThan(0);
    const levels = entries.filter(({ type }) => type === "level");
    const seconds = (levels.at(-1)!.at - levels[0]!.at) / 1000;
    expect(levels.length / seconds).toBeLessThanOrEqual(10);

    const voices = Object.fromEntries(names.map((name) => [name, voiceOf(name)]));
    const owner = atRate(readWav(microphone));
    /** What each of them hears of everyone. */
    const heardBy = (sounds: readonly Float32Array[]) =>
      sounds.map((sound) => ({
        ...Object.fromEntries(names.map((name) => [name, presence(sound, voices[name]!)])),
        owner: presence(sound, owner),
      })) as Record<(typeof names)[number] | "owner", number>[];
    const check = (step: string, sounds: readonly Float32Array[], expected: Record<string, readonly string[]>) => {
      heardBy(sounds).forEach((heard, i) => {
        console.log(`${step}, ${names[i]}: ${Object.entries(heard).map(([who, x]) => `${who} ${x.toFixed(2)}`)}`);
        for (const [who, x] of Object.entries(heard)) {
          if (expected[names[i]!]!.includes(who))
            expect(x, `${step}: ${names[i]} hears ${who}`).toBeGreaterThan(present);
          else expect(x, `${step}: ${names[i]} does not hear ${who}`).toBeLessThan(absent);
        }
      });
    };
    check("everybody", everybody, {
      anna: ["ben", "cleo", "owner"],
      ben: ["anna", "cleo", "owner"],
      cleo: ["anna", "ben", "owner"],
    });
    check("anna muted", annaMuted, {
      anna: ["ben", "cleo", "owner"],
      ben: ["cleo", "owner"],
      cleo: ["ben", "owner"],
    });
    check("all but ben muted", onlyBen, { anna: ["ben", "owner"], ben: ["owner"], cleo: ["ben", "owner"] });
    check("cleo kicked", withoutCleo, { anna: ["ben", "owner"], ben: ["anna", "owner"] });
    check("ben whispers to the owner", whispered, { anna: ["owner"], ben: ["anna", "owner"] });
  } finally {
    await parties.close();
  }
});

test("the demo's talker, bridged with another call: they hear each other, and the owner", async ({ page, baseURL }) => {
  const parties = await startParties({ silent: ["anna"] });
  try {
    await openTestPage(page);
    await callAll(page, [
      { name: "talker", src: `${baseURL!.replace("http", "ws")}/rtvbp/talker` },
      { name: "anna", src: parties.url },
    ]);
    await page.evaluate(async (microphone) => {
      const { talker, anna } = window.calls;
      const note = (type: string) => window.log.push({ type, detail: "null", at: performance.now() });
      window.conference = await window.voicebridge.bridge(talker!, anna!, { owner: "away", microphone });
      // Anna is the only one whom the talker could hear.
      talker!.addEventListener("interrupted", () => note("heard anna"));
      talker!.addEventListener("caption", ({ caption }) => caption.speaker === "caller" && note("heard anna"));
    }, rawMicrophone);
    const anna = parties.party("anna");
    // Nobody but the talker is there to be heard. What it says of itself may be over by now: a key makes it speak.
    const heardTalker = async () => {
      await page.evaluate(() => window.calls["talker"]!.sendDtmf("1"));
      return levelDb((await listen([anna], 1))[0]!);
    };
    await expect.poll(heardTalker, { timeout: 30_000 }).toBeGreaterThan(-40);
    const spoken = Int16Array.from(voiceOf("anna"), (sample) => sample * 32767);
    await anna.session.output.speak(new Uint8Array(spoken.buffer));
    await expect
      .poll(async () => (await log(page)).some(({ type }) => type === "heard anna"), { timeout: 30_000 })
      .toBe(true);
    await page.evaluate(async () => {
      await window.conference.setOwner("talk");
      window.conference.mute(window.calls["talker"]!);
    });
    const [owner] = await listen([anna]);
    await page.evaluate(() => window.conference.end());
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
    expect(presence(owner!, atRate(readWav(microphone)))).toBeGreaterThan(present);
  } finally {
    await parties.close();
  }
});

test("a client's calls, one of them on hold, join its conference and stay on; closing the client ends it", async ({
  page,
}) => {
  const parties = await startParties();
  try {
    await openTestPage(page);
    await page.evaluate(
      async ([src, microphone]) => {
        const client = new window.voicebridge.Client({ id: "owner", audio: { microphone } });
        Object.assign(window, { client });
        window.calls = {};
        for (const name of ["anna", "ben"]) {
          const call = client.call({ src, codecs: ["L16/8000"], metadata: { name } });
          window.calls[name] = call;
          await call.start();
        }
      },
      [parties.url, rawMicrophone] as const,
    );
    const states = () => page.evaluate(() => Object.values(window.calls).map(({ state, bridged }) => [state, bridged]));
    await expect.poll(states).toEqual([
      ["held", false],
      ["active", false],
    ]);
    await page.evaluate(async () => {
      window.conference = client.conference();
      for (const call of Object.values(window.calls)) await window.conference.join(call);
    });
    expect(await states()).toEqual([
      ["active", true],
      ["active", true],
    ]);
    const both = [parties.party("anna"), parties.party("ben")];
    const [anna, ben] = await listen(both);
    // Put on hold, one of them neither hears nor is heard; the conference goes on, and takes them back.
    await page.evaluate(() => window.calls["anna"]!.hold());
    const [held, alone] = await listen(both, 2);
    await page.evaluate(() => window.calls["anna"]!.resume());
    const [back] = await listen(both, 2);

    await page.evaluate(() => client.close());
    expect(await page.evaluate(() => window.conference.ended)).toBe(true);
    await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);

    const [a, b] = [voiceOf("anna"), voiceOf("ben")];
    expect(presence(anna!, b)).toBeGreaterThan(present);
    expect(presence(ben!, a)).toBeGreaterThan(present);
    expect(levelDb(held!)).toBeLessThan(-80);
    expect(presence(alone!, a)).toBeLessThan(absent);
    expect(presence(back!, b)).toBeGreaterThan(present);
  } finally {
    await parties.close();
  }
});
