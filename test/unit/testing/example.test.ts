/**
 * How an application tests its own use of voicebridge, in Node, without a browser, a server or a network. Imports the public entries only.
 */
import { afterEach, expect, it, vi } from "vitest";
import { Call, ProtocolError } from "voicebridge";
import { createTestPeer, noiseSound, TestAudio, type TestPeer, toneDb, toneSound } from "voicebridge/testing";

/** Catches what hangs. */
const patience = { timeout: 30_000 };

let peer: TestPeer;
afterEach(() => peer.close());

/** What is under test here: an application's own wrapper around a call. */
async function callSupport(options: {
  connect: TestPeer["connect"];
  audio: TestAudio;
  customer: string;
  reconnect?: false;
}) {
  const call = new Call({
    connect: options.connect,
    openAudio: options.audio.open,
    application: "support",
    metadata: { customer: options.customer },
    dtmf: { toneMs: 1, gapMs: 1 },
    ...(options.reconnect === false && { reconnect: false }),
  });
  const lines: string[] = [];
  call.addEventListener("caption", ({ caption }) => caption.final && lines.push(`${caption.speaker}: ${caption.text}`));
  await call.start();
  return { call, lines };
}

it("a menu: the agent greets, the caller presses a key, the agent says goodbye", async () => {
  peer = createTestPeer({ codecs: ["L16/16000/1"] });
  const audio = new TestAudio();
  const { call, lines } = await callSupport({ connect: peer.connect, audio, customer: "42" });
  const agent = await peer.next();
  expect(agent.offer.metadata).toEqual({ customer: "42" });

  agent.caption("For opening hours press 1.");
  await agent.say(toneSound(440, 500), { speed: Number.POSITIVE_INFINITY });
  await call.sendDtmf("1");
  expect(await agent.expect("dtmf")).toMatchObject({ digit: "1", seq: 0 });
  agent.caption("We are open all day. Goodbye.");
  await agent.hangUp("answered");

  expect(lines).toEqual(["agent: For opening hours press 1.", "agent: We are open all day. Goodbye."]);
  await vi.waitFor(() => expect(call.ended).toEqual({ reason: "answered", by: "remote" }), patience);
  expect(toneDb(audio.heard(), 440)).toBeGreaterThan(-10);
  expect(audio.state).toBe("closed");
});

it("the agent hears the caller, and nothing of them while they are muted", async () => {
  peer = createTestPeer({ codecs: ["PCMU/8000/1"] });
  const audio = new TestAudio();
  const { call } = await callSupport({ connect: peer.connect, audio, customer: "42" });
  const agent = await peer.next();
  await audio.speak(toneSound(600, 200));
  await agent.hears(200);
  expect(toneDb(agent.heard(), 600)).toBeGreaterThan(-9);
  await call.setMuted(true);
  await audio.speak(toneSound(1000, 200));
  await agent.hears(400);
  expect(toneDb(agent.heard(), 1000)).toBeLessThan(-60);
  await call.hangUp();
  expect(await agent.ended).toMatchObject({ by: "remote" });
});

it("the network stalls: nothing is lost, and the call goes on", async () => {
  peer = createTestPeer({ codecs: ["L16/8000/1"], faults: "down stall 150 every 200; up delay 20±15", seed: 4 });
  const audio = new TestAudio();
  await callSupport({ connect: peer.connect, audio, customer: "42" });
  const agent = await peer.next();
  const said = noiseSound(600, { sampleRate: 8000 });
  await Promise.all([agent.say(said), audio.speak(said)]);
  await agent.hears(600);
  await vi.waitFor(() => expect(audio.heard().samples.length).toBe(said.samples.length), patience);
  expect(audio.heard().samples).toEqual(agent.heard().samples);
  expect(agent.link.actions.some(({ what }) => what.startsWith("burst"))).toBe(true);
});

it("the connection dies: the same call goes on over another one", async () => {
  peer = createTestPeer();
  const audio = new TestAudio();
  const { call } = await callSupport({ connect: peer.connect, audio, customer: "42" });
  const first = await peer.next();
  first.link.sever();
  const second = await peer.next();
  expect(second.offer.call.id).toBe(first.offer.call.id);
  await audio.speak(toneSound(600, 200));
  await second.hears(200);
  expect(call.ended).toBeUndefined();
  await call.hangUp();
  expect(await second.ended).toMatchObject({ by: "remote" });
});

it("the server is gone for good: the application is told once, and the microphone is given back", async () => {
  peer = createTestPeer();
  const audio = new TestAudio();
  const { call } = await callSupport({ connect: peer.connect, audio, customer: "42", reconnect: false });
  const ends: string[] = [];
  call.addEventListener("ended", ({ end }) => ends.push(end.by));
  (await peer.next()).link.sever();
  await vi.waitFor(() => expect(ends).toEqual(["network"]), patience);
  expect(audio.state).toBe("closed");
});

it("the application refuses, the line is dead, the person denies: start rejects with a code for each", async () => {
  peer = createTestPeer({
    onInitialize: ({ metadata }) => {
      if (metadata?.["customer"] === "13") throw new ProtocolError("not a customer", { status: 403 });
    },
  });
  const dial = (customer: string, openAudio = new TestAudio().open as never) =>
    new Call({ connect: peer.connect, openAudio, metadata: { customer }, reconnect: false }).start();
  await expect(dial("13")).rejects.toMatchObject({ code: "remote-error", message: "not a customer" });
  peer.refuse();
  await expect(dial("42")).rejects.toMatchObject({ code: "transport-unreachable" });
  await expect(dial("42", TestAudio.refusing("media-no-device") as never)).rejects.toMatchObject({
    code: "media-no-device",
  });
});
