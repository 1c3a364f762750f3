import { describe, expect, it } from "vitest";
import { settle } from "./manual-clock.ts";
import { openMemoryCall } from "./memory-call.ts";

describe("a call, seen by its agent", () => {
  it("has heard nothing of an utterance that is taken back with what was queued before it", async () => {
    const { call, voice, clock } = await openMemoryCall();
    voice.handle("audio.buffer.clear", () => ({ len: 5000 }));
    await call.speak(new Uint8Array(8000), { speed: Number.POSITIVE_INFINITY });
    await clock.advance(2000);
    await call.speak(new Uint8Array(1600), { speed: Number.POSITIVE_INFINITY });
    const cleared = { len: 5000, sentBytes: 9600, playedBytes: 4600, heardMs: 0, unsentBytes: 0 };
    expect(await call.clear()).toEqual(cleared);
    await call.hangUp();
  });

  it("tells its end and the draining of its server to those who wait for it, and to nobody who does not any more", async () => {
    const { call } = await openMemoryCall();
    const heard: string[] = [];
    const faults: unknown[] = [];
    call.session.addEventListener("fault", ({ error, at }) => faults.push([at, (error as Error).message]));
    call.on("ended", ({ reason }) => heard.push(`ended ${reason}`));
    call.on("ended", () => heard.push("not wanted"))();
    call.on("draining", ({ graceMs }) => heard.push(`draining ${graceMs}`));
    call.on("draining", () => heard.push("not wanted"))();
    call.on("draining", () => {
      throw new Error("no time");
    });
    call.announceDraining({ graceMs: 5 });
    await settle();
    await call.hangUp("done");
    await settle();
    expect([heard, faults]).toEqual([["draining 5", "ended done"], [["draining", "no time"]]]);
  });
});
