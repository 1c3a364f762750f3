import { describe, expect, it } from "vitest";
import { echo } from "../../../../demo/agents/echo.ts";
import { connectNodeWebRtc } from "../../../../lib/node/webrtc/connect-node-webrtc.ts";
import { decodePcmu, encodePcmu } from "../../../../lib/node/webrtc/pcmu.ts";
import { afterwards, first, serve } from "../server-rig.ts";
import { dial, noise, until } from "../voice-side.ts";
import { dialRtc, type RtcCaller, serveRtc, sweep, webRtcProfile, webrtc } from "./rtc-rig.ts";

/** Where `wanted` begins in what was heard, in bytes; −1 where it is nowhere. */
const find = ({ received }: RtcCaller, wanted: Uint8Array): number => Buffer.concat(received).indexOf(wanted);

/** Whether every 20 ms of it were heard, in order. Between them there may be silence: what was not in time to be sent goes a packet later. */
function hears({ received }: RtcCaller, wanted: Uint8Array): boolean {
  const heard = Buffer.concat(received);
  let after = 0;
  for (let at = 0; at < wanted.length; at += 320) {
    const place = heard.indexOf(wanted.subarray(at, at + 320), after);
    if (place < 0) return false;
    after = place + 320;
  }
  return true;
}

/** What µ-law makes of sound: it comes back like this, however often it goes through. */
const quantized = (sound: Uint8Array): Uint8Array => decodePcmu(encodePcmu(sound));

async function callAgent(options: Parameters<typeof serveRtc>[0] = {}) {
  const rig = await serveRtc(options);
  const caller = await dialRtc(rig.url);
  afterwards(() => caller.session.close());
  return { ...rig, caller, agent: await first(rig.calls) };
}

describe("a call over WebRTC", () => {
  it("speaks of L16 at 8 kHz, carries it as PCMU, and gives everything back", async () => {
    const { url, server } = await serveRtc({ onCall: echo });
    const caller = await dialRtc(url);
    const sound = sweep(1000);
    expect(caller.session.codec?.id).toBe("L16/8000/1");
    for (let at = 0; at < sound.length; at += 320) caller.session.transport!.sendFrame(sound.slice(at, at + 320));
    await until(() => hears(caller, quantized(sound)), "the sound");
    expect(await caller.session.transport!.stats()).toMatchObject({ link: "local", sentFrames: 50, sentBytes: 16_000 });
    expect(await caller.session.hangUp("done")).toMatchObject({ reason: "done", by: "local" });
    await until(() => server.stats().sessions === 0, "the end");
    const { receivedBytes, sentBytes } = server.stats().media;
    expect(receivedBytes).toBeGreaterThanOrEqual(16_000);
    expect(sentBytes).toBe(receivedBytes);
  });

  it("paces what an agent says, however fast it says it, and takes back what has not gone", async () => {
    const { agent, caller } = await callAgent();
    const startedMs = performance.now();
    const soundBytes = 960_000; // a minute
    const spoken = agent.speak(noise(soundBytes), { speed: 50 });
    await until(() => agent.output.sentBytes > 6400, "more than goes at once");
    const { len, sentBytes, unsentBytes, playedBytes } = await agent.clear();
    const elapsedMs = performance.now() - startedMs;
    expect(await spoken).toEqual({ sentBytes, complete: false });
    expect([len, sentBytes + unsentBytes, playedBytes]).toEqual([0, soundBytes, sentBytes]);
    expect(sentBytes).toBeLessThanOrEqual(6400 + elapsedMs * 16); // never ahead of what is played by more than what goes at once
    await agent.speak(sweep(200));
    await until(() => hears(caller, quantized(sweep(200))), "what was said after it");
  });

  it("takes back what was sent past the pacing and waits in this process, to the byte", async () => {
    const { agent, caller } = await callAgent();
    const sound = noise(320_000); // twenty seconds
    agent.output.send(sound);
    const { len, sentBytes, playedBytes } = await agent.clear();
    expect(sentBytes).toBe(320_000);
    expect(len).toBeGreaterThan(300_000 - 6400); // all but the burst that goes at once
    expect(playedBytes).toBe(320_000 - len);
    const last = quantized(sound).subarray(playedBytes - 1600, playedBytes);
    await until(() => hears(caller, last), "the last sound that went");
    expect(find(caller, quantized(sound).subarray(playedBytes, playedBytes + 320))).toBe(-1);
    await agent.output.flush();
  });

  it("is not idle while sound comes past the socket", async () => {
    const { server, caller, agent } = await callAgent({ idleTimeoutMs: 1500, pingIntervalMs: 0 });
    // Nothing else is heard until the sound is going.
    await until(async () => {
      await caller.session.ping();
      return agent.audio.receivedBytes > 0;
    }, "the sound");
    await new Promise((resolve) => setTimeout(resolve, 3000)); // the caller's end sends silence
    expect([server.stats().cutOff.idle, caller.session.state]).toEqual([0, "active"]);
  });

  it("is what a client gets that offers it alone; one that offers both gets the socket", async () => {
    const { url, calls } = await serveRtc();
    const both = await dial({ url, profiles: [webRtcProfile, "rtvbp.v1"] });
    expect(both.session.profile.token).toBe("rtvbp.v1");
    const plain = await connectNodeWebRtc({ url, webrtc, profiles: ["rtvbp.v1"] })(new AbortController().signal);
    expect(plain.kind).toBe("websocket");
    await plain.close();
    await both.session.close();
    await until(() => calls.length === 1);
  });

  it("is refused where it is not among the profiles of a server", async () => {
    const { url } = await serve();
    await expect(dialRtc(url)).rejects.toMatchObject({ code: "transport-refused" });
  });
});
