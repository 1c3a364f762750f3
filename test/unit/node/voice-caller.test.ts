import { describe, expect, it } from "vitest";
import { callFormat } from "../../../lib/node/call-format.ts";
import { placeCall, recordCall, type VoiceCaller } from "../../../lib/node/index.ts";
import { Loudspeaker } from "../../../lib/node/loudspeaker.ts";
import { findCodec } from "../../../lib/protocol/index.ts";
import { GatedDisk } from "./gated-disk.ts";
import { ManualClock } from "./manual-clock.ts";
import { afterwards, first, serve } from "./server-rig.ts";
import { noise, until } from "./voice-side.ts";

const hangUp = (caller: VoiceCaller): void => afterwards(() => caller.hangUp());

describe("the loudspeaker of a caller in Node", () => {
  it("plays what it gets one after the other, and takes back exactly what it has not played", () => {
    const clock = new ManualClock();
    const speaker = new Loudspeaker(callFormat(findCodec("L16/8000/1")!), clock);
    speaker.play(1600); // 100 ms
    speaker.play(1600);
    clock.sleep(50);
    expect([speaker.queuedBytes, speaker.playedBytes]).toEqual([2400, 800]);
    expect(speaker.clear()).toBe(2400);
    expect([speaker.queuedBytes, speaker.playedBytes, speaker.clear()]).toEqual([0, 800, 0]);
    clock.sleep(1000);
    speaker.play(320);
    clock.sleep(5000);
    expect([speaker.receivedBytes, speaker.playedBytes, speaker.clear()]).toEqual([3520, 1120, 0]);
  });
});

describe("a caller in Node", () => {
  it("introduces itself, hears, speaks, presses keys and hangs up", async () => {
    const { url, calls } = await serve();
    const caller = await placeCall({
      url,
      application: "desk",
      from: "alice",
      to: "bob",
      callId: "c-1",
      metadata: { lang: "de" },
      codecs: ["PCMU/8000/1"],
    });
    const call = await first(calls);
    expect(call.call).toMatchObject({ id: "c-1", from: "alice", to: "bob" });
    expect([call.application.id, call.metadata, call.format.id]).toEqual(["desk", { lang: "de" }, "PCMU/8000/1"]);
    const digits: string[] = [];
    call.on("dtmf", ({ digit, seq, pressed_at, released_at }) =>
      digits.push(`${seq}${digit}${released_at - pressed_at}`),
    );
    await caller.press("7#");
    await until(() => digits.length === 2);
    expect(digits).toEqual(["07100", "1#100"]);
    caller.output.send(noise(160));
    call.output.send(noise(320));
    await until(() => call.audio.receivedBytes === 160 && caller.receivedBytes === 320);
    expect((await caller.ping()).rttMs).toBeGreaterThanOrEqual(0);
    await caller.hangUp("bye");
    expect(await call.ended).toMatchObject({ by: "remote", reason: "bye" });
  });

  it("keeps variables, and lets itself be cleared with exact books", async () => {
    const { url, calls } = await serve();
    const caller = await placeCall({ url, codecs: ["L16/8000/1"] });
    hangUp(caller);
    const call = await first(calls);
    await call.setVariables({ a: 1, b: [2] });
    expect([await call.getVariables(), await call.getVariables(["b", "c"])]).toEqual([{ a: 1, b: [2] }, { b: [2] }]);
    await call.speak(new Uint8Array(160_000), { speed: Number.POSITIVE_INFINITY });
    await until(() => caller.receivedBytes === 160_000);
    const { len, playedBytes } = await call.clear();
    expect(len + playedBytes).toBe(160_000);
    expect(caller.playedBytes).toBe(playedBytes);
    expect(len).toBeGreaterThan(0);
    await expect(call.startRecording()).rejects.toMatchObject({ status: 501 });
  });

  it("can be recorded: what it said on the left, what it heard on the right, without what was taken back", async () => {
    const { url, calls } = await serve();
    const caller = await placeCall({ url, codecs: ["L16/8000/1"] });
    hangUp(caller);
    const call = await first(calls);
    const disk = new GatedDisk();
    const recording = await recordCall(caller, { file: "memory", sink: disk });
    await call.speak(new Uint8Array(320_000).fill(9), { speed: Number.POSITIVE_INFINITY }); // 20 s
    await until(() => caller.receivedBytes === 320_000);
    caller.output.send(new Uint8Array(1600).fill(5));
    const { playedBytes } = await call.clear();
    await recording.stop();
    const samples = new Int16Array(new Uint8Array(disk.bytes.subarray(44)).buffer);
    const heard = samples.filter((value, i) => i % 2 === 1 && value !== 0);
    const said = samples.filter((value, i) => i % 2 === 0 && value !== 0);
    expect(said).toEqual(new Int16Array(800).fill(0x0505));
    expect(heard.length).toBeLessThanOrEqual(playedBytes / 2);
    expect(heard.every((value) => value === 0x0909)).toBe(true);
  });

  it("leaves nothing open where the call does not become active", async () => {
    const { url, server } = await serve({ codecs: [], authorize: ({ token }) => token === "good" });
    await expect(placeCall({ url })).rejects.toMatchObject({ code: "transport-refused" });
    const silent = await placeCall({ url, bearer: "good" }); // no codec in common: a call without sound
    expect(silent.hasAudio).toBe(false);
    expect(() => silent.output).toThrow(/no audio/);
    await silent.hangUp();
    await expect(placeCall({ url, codecs: ["MP3/44100/2"] })).rejects.toMatchObject({ code: "protocol-codec" });
    await until(() => server.stats().sessions === 0);
  });
});
