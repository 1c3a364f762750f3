import { expect, it, onTestFinished } from "vitest";
import { createVoiceServer, type VoiceSession } from "../../lib/node/index.ts";
import { align } from "../support/signal.ts";
import { until } from "../unit/node/voice-side.ts";
import { dialRtc, sweep, webRtcProfile, webrtc } from "../unit/node/webrtc/rtc-rig.ts";
import { GoPeer } from "./go-peer.ts";
import { describeEach, overWebRtc, type Program } from "./programs.ts";

const profiles = [webRtcProfile];
const sound = sweep(1000);
/** The first packets may find nobody who listens yet, and a busy machine may be late for the last ones. */
const middle = sound.subarray(3200, -3200);
const samples = (bytes: Uint8Array): Float32Array =>
  Float32Array.from({ length: bytes.length >> 1 }, (_, at) =>
    Buffer.from(bytes.buffer, bytes.byteOffset).readInt16LE(2 * at),
  );

/** Sound that the network carried whole, as µ-law makes it: in whatever language, it differs by a step where a value lies between two. */
const arrived = (bytes: Uint8Array): boolean => align(samples(bytes), samples(middle)).correlation > 0.9995;

/** Says it again where a packet was lost: the network promises nothing. */
async function heard(say: () => Promise<unknown>, bytes: () => Promise<Uint8Array> | Uint8Array): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    await say();
    const deadline = Date.now() + 5000;
    while (Date.now() < deadline) {
      if (arrived(await bytes())) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  expect.fail("The sound did not arrive.");
}

describeEach(
  "our voice side calls a Go application by WebRTC",
  (program) => {
    it("agrees on L16 at 8 kHz and carries it as PCMU both ways, and hangs up", async () => {
      const go = GoPeer.start(program, { role: "application", profiles });
      const { session, received } = await dialRtc(await go.next<string>("listening"));
      await go.next("session.updated");
      expect([session.codec?.id, session.profile.token]).toEqual(["L16/8000/1", webRtcProfile]);
      await go.listen();
      await heard(
        async () => {
          for (let at = 0; at < sound.length; at += 320) session.transport!.sendFrame(sound.slice(at, at + 320));
        },
        () => go.heard(),
      );
      await heard(
        () => go.speak(sound),
        () => Buffer.concat(received),
      );
      session.emit("dtmf", { seq: 0, pressed_at: 1, released_at: 90, digit: "5" });
      expect(await go.next("dtmf")).toEqual({ seq: 0, pressed_at: 1, released_at: 90, digit: "5" });
      expect((await session.ping()).rttMs).toBeGreaterThanOrEqual(0);
      expect(await session.hangUp("done")).toEqual({ reason: "done", by: "local" });
      expect(await go.next("terminate")).toEqual({ reason: "done" });
    });
  },
  overWebRtc,
);

async function answer(program: Program): Promise<{ go: GoPeer; call: VoiceSession }> {
  let answered: (call: VoiceSession) => void = () => {};
  const active = new Promise<VoiceSession>((resolve) => {
    answered = resolve;
  });
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    profiles: ["rtvbp.v1", webRtcProfile],
    webrtc,
    onCall: (call) => answered(call),
  });
  await server.ready;
  onTestFinished(() => server.close({ deadlineMs: 100 }));
  const go = GoPeer.start(program, { role: "voice", url: `${server.url}/desk`, profiles });
  await go.next("initialized");
  return { go, call: await active };
}

describeEach(
  "a Go caller calls our voice server by WebRTC",
  (program) => {
    it("carries sound both ways, keys, variables and a clear, and is hung up", async () => {
      const { go, call } = await answer(program);
      expect([call.format.id, call.session.profile.token]).toEqual(["L16/8000/1", webRtcProfile]);
      const received: Uint8Array[] = [];
      void call.audio.each((frame) => received.push(frame.slice()));
      await heard(
        () => go.speak(sound),
        () => Buffer.concat(received),
      );
      await go.listen();
      await heard(
        () => call.speak(sound),
        () => go.heard(),
      );
      await go.press("7");
      expect(await call.nextDigit({ timeoutMs: 10_000 })).toBe("7");
      await call.setVariables({ step: "pay" });
      expect(await call.getVariables()).toMatchObject({ step: "pay" });
      expect((await call.clear()).len).toBeGreaterThanOrEqual(0);
      expect(await call.session.request("call.hangup", { reason: "all said" })).toEqual({});
      await until(() => call.signal.aborted, "the end");
    });
  },
  overWebRtc,
);
