import { afterEach, expect, test, vi } from "vitest";
import { Conference, type ConferenceOptions } from "../../../../lib/call/conference/index.ts";
import type { Call } from "../../../../lib/call/index.ts";
import { FakeConferenceAudio } from "./fake-conference-audio.ts";

vi.mock("../../../../lib/audio/conference-audio.ts", async () => ({
  ConferenceAudio: (await import("./fake-conference-audio.ts")).FakeConferenceAudio,
}));

afterEach(() => {
  FakeConferenceAudio.opened.length = 0;
  FakeConferenceAudio.refusal = undefined;
});

/** A call that is connected, as far as conferences know it. */
class Talk extends EventTarget {
  bridged = false;
  ended: object | undefined;
  readonly held = { here: false };
  readonly hungUp: string[] = [];
  constructor(readonly id: string) {
    super();
  }
  async bridge(source: unknown): Promise<object> {
    if (this.ended) throw new Error("It is over.");
    this.bridged = source !== undefined;
    return {};
  }
  async resume(): Promise<void> {
    this.held.here = false;
  }
  async hangUp(reason: string): Promise<void> {
    this.hungUp.push(reason);
    this.end();
  }
  end(): void {
    this.ended = {};
    this.bridged = false;
    this.dispatchEvent(new Event("ended"));
  }
}

const talk = (id: string) => new Talk(id) as Talk & Call;

/** A conference of calls with these names; what it says, in words. */
async function meeting(ids: readonly string[], options: ConferenceOptions = {}) {
  const conference = new Conference(options);
  const said: string[] = [];
  conference.addEventListener("join", ({ participant }) => said.push(`${participant.id} joined`));
  conference.addEventListener("leave", ({ participant, reason }) => said.push(`${participant.id} ${reason}`));
  conference.addEventListener("activespeaker", ({ participant }) => said.push(`${participant?.id ?? "nobody"} speaks`));
  conference.addEventListener("ended", () => said.push("over"));
  const calls = ids.map(talk);
  for (const call of calls) await conference.join(call);
  const audio = FakeConferenceAudio.opened.at(-1)!;
  return { conference, calls, audio, said };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the speaker who leaves speaks no more, at once and not only when the mixer is heard again", async () => {
  const { conference, calls, audio, said } = await meeting(["alice", "bob"]);
  audio.report(0, 0.2);
  expect(conference.activeSpeaker?.id).toBe("alice");
  const [alice] = conference.participants.filter(({ id }) => id === "alice");
  expect([alice?.speaking, alice?.level]).toEqual([true, expect.closeTo(0.2)]);
  said.length = 0;
  calls[0]!.end();
  expect(conference.activeSpeaker).toBeUndefined();
  expect([alice?.speaking, alice?.level]).toEqual([false, 0]);
  expect(said).toEqual(["nobody speaks", "alice ended"]);
  await conference.end();
});

test("a whisper is not heard by whoever comes after the one it was for, though it is the same place", async () => {
  const { conference, calls, audio } = await meeting(["supervisor", "agent", "customer"], { owner: "away" });
  const [supervisor, agent] = calls;
  conference.whisper(supervisor!, [agent!]);
  expect(audio.hearing(0)).toEqual([1]);
  await conference.leave(agent!);
  expect(conference.find(supervisor!)?.whisperTo).toEqual([]);
  await conference.join(talk("stranger"));
  expect([...audio.routes.keys()].sort()).toEqual([0, 1, 2]);
  expect(audio.hearing(0)).toEqual([]);
  conference.talk(supervisor!);
  expect(audio.hearing(0).sort()).toEqual([1, 2]);
  await conference.end();
});

test("who whispers is never shown as the speaker", async () => {
  const { conference, calls, audio } = await meeting(["supervisor", "agent"], { owner: "away" });
  conference.whisper(calls[0]!, [calls[1]!]);
  audio.report(0.5, 0);
  expect(conference.activeSpeaker).toBeUndefined();
  audio.report(0.5, 0.1);
  expect(conference.activeSpeaker?.id).toBe("agent");
  await conference.end();
});

test("has so many participants, the owner and those on their way in included", async () => {
  const { conference } = await meeting([], { maxParticipants: 3 });
  const joining = ["a", "b", "c"].map((id) => conference.join(talk(id)));
  await expect(joining[2]).rejects.toMatchObject({ code: "conference-full" });
  await Promise.all(joining.slice(0, 2));
  expect(conference.participants.map(({ id }) => id)).toEqual(["owner", "a", "b"]);
  await expect(conference.join(talk("d"))).rejects.toMatchObject({ code: "conference-full" });
  await conference.leave("a");
  await conference.join(talk("d"));
  await conference.end();
});

test("a call that joins twice is there once, and one of another conference is told so", async () => {
  const { conference, calls, said } = await meeting(["alice"]);
  const [once, again] = await Promise.all([conference.join(calls[0]!), conference.join(calls[0]!)]);
  expect(once).toBe(again);
  expect(said).toEqual(["owner joined", "alice joined"]);
  const other = await meeting([]);
  await expect(other.conference.join(calls[0]!)).rejects.toMatchObject({ code: "conference-call" });
  await Promise.all([conference.end(), other.conference.end()]);
});

test("a call that cannot be bridged, or is over by then, leaves no place taken", async () => {
  const { conference, audio } = await meeting(["alice"]);
  const over = talk("over");
  over.end();
  await expect(conference.join(over)).rejects.toThrow();
  const late = talk("late");
  late.bridge = async () => {
    late.end();
    return {} as AudioNode;
  };
  await expect(conference.join(late)).rejects.toMatchObject({ code: "call-state" });
  expect(conference.participants.map(({ id }) => id)).toEqual(["owner", "alice"]);
  expect(audio.routes.size).toBe(2);
  await conference.end();
});

test("a call that is on its way in when the conference ends is given back", async () => {
  const { conference, said } = await meeting([]);
  await conference.open();
  const call = talk("alice");
  let bridge = (): void => {};
  const bridging = new Promise<void>((resolve) => {
    bridge = resolve;
  });
  const bridged = call.bridge;
  call.bridge = async (source) => {
    await bridging;
    return bridged.call(call, source as undefined);
  };
  const joining = conference.join(call);
  await settle();
  const ended = conference.end();
  await settle();
  bridge();
  await expect(joining).rejects.toMatchObject({ code: "conference-ended" });
  await ended;
  expect([call.bridged, call.hungUp, said.at(-1)]).toEqual([false, [], "over"]);
});

test("ends its calls, or keeps them, and gives everything back once", async () => {
  for (const keepCalls of [false, true]) {
    const { conference, calls, audio, said } = await meeting(["alice", "bob"]);
    said.length = 0;
    await Promise.all([conference.end({ keepCalls }), conference.end()]);
    expect(calls.map(({ hungUp, bridged }) => [hungUp, bridged])).toEqual(
      calls.map(() => [keepCalls ? [] : ["conference ended"], false]),
    );
    const how = keepCalls ? "left" : "ended";
    expect(said).toEqual([`alice ${how}`, `bob ${how}`, "owner left", "over"]);
    expect([audio.closed, audio.routes.size, conference.participants]).toEqual([true, 0, []]);
    expect(() => conference.lock()).toThrow(expect.objectContaining({ code: "conference-ended" }));
  }
});

test("who is muted, or only listens, is heard by nobody; all are muted but the owner and who is spared", async () => {
  const { conference, calls, audio } = await meeting(["alice", "bob"]);
  const gains = () => [...audio.routes.values()].map(({ gain }) => gain);
  conference.setGain("alice", 20);
  expect(gains()).toEqual([1, 8, 1]);
  conference.muteAll({ except: [calls[1]!] });
  expect(gains()).toEqual([1, 0, 1]);
  conference.mute("owner");
  expect([gains(), audio.owner.muted]).toEqual([[0, 0, 1], true]);
  conference.unmuteAll();
  conference.listenOnly("bob");
  expect([gains(), audio.owner.muted]).toEqual([[1, 8, 0], false]);
  expect(audio.hearing(2)).toEqual([]);
  await conference.end();
});

test("the owner goes and comes back, and stays where that is refused", async () => {
  const { conference, audio, said } = await meeting(["alice"]);
  await conference.setOwner("away");
  expect([conference.owner, audio.routes.has(0), said.at(-1)]).toEqual(["away", false, "owner left"]);
  FakeConferenceAudio.refusal = Object.assign(new Error("no"), { code: "media-permission-denied" });
  await expect(conference.setOwner("talk")).rejects.toThrow();
  expect([conference.owner, conference.find("owner")]).toEqual(["away", undefined]);
  await conference.setOwner("listen");
  expect(conference.participants.map(({ id }) => id)).toEqual(["owner", "alice"]);
  await conference.end();
});

test("nobody joins while it is locked, and a conference whose audio fails can be tried again", async () => {
  FakeConferenceAudio.refusal = new Error("no microphone");
  const conference = new Conference();
  const call = talk("alice");
  await expect(conference.join(call)).rejects.toThrow();
  expect(FakeConferenceAudio.opened.map(({ closed }) => closed)).toEqual([true]);
  await conference.join(call);
  conference.lock();
  await expect(conference.join(talk("bob"))).rejects.toMatchObject({ code: "conference-locked" });
  expect(await conference.join(call)).toBe(conference.find(call));
  conference.unlock();
  const held = talk("bob");
  held.held.here = true;
  await conference.join(held);
  expect(held.held.here).toBe(false);
  await conference.end();
});

test("who has left is left alone: it hears of its call no more, and leaves once, whatever happens meanwhile", async () => {
  const { conference, calls, said } = await meeting(["alice", "bob"]);
  const [alice, bob] = calls;
  const seat = conference.find(alice!);
  const rate = (mos: number) => alice!.dispatchEvent(Object.assign(new Event("quality"), { quality: { mos } }));
  rate(4);
  expect(seat?.quality).toEqual({ mos: 4 });
  await conference.leave(alice!);
  rate(1);
  expect(seat?.quality).toEqual({ mos: 4 });
  await conference.join(alice!);
  said.length = 0;
  conference.addEventListener("leave", ({ participant }) => participant.id === "bob" && alice!.end());
  await conference.end();
  expect(said).toEqual(["bob ended", "alice ended", "owner left", "over"]);
  expect(bob!.hungUp).toEqual(["conference ended"]);
});
