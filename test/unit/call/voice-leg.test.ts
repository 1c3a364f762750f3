import { expect, test } from "vitest";
import { VoiceLeg, type VoiceLegHost } from "../../../lib/call/voice-leg.ts";
import { findCodec } from "../../../lib/protocol/index.ts";
import { type SessionEnd, systemClock } from "../../../lib/session/index.ts";
import { Application } from "./application.ts";
import { FakeAudio } from "./fake-audio.ts";

function rig() {
  const application = new Application();
  const audio = new FakeAudio();
  const ends: SessionEnd[] = [];
  const unwanted = (): never => {
    throw new Error("Nobody asks for that here.");
  };
  const host: VoiceLegHost = {
    ...{ signal: new AbortController().signal, clock: systemClock },
    prepareAudio: ({ sample_rate: sampleRate }) => audio.start({ sampleRate, codec: "l16" } as never),
    releaseAudio: () => audio.hold(),
    legEnded: (_, end) => void ends.push(end),
    ...{ prepareTracks: unwanted, clearAudio: unwanted, setVariables: unwanted, getVariables: unwanted },
    ...{ startRecording: unwanted, stopRecording: unwanted, moveTo: unwanted, heard: unwanted },
  };
  const leg = new VoiceLeg(host, {
    connect: application.connect,
    application: "agent",
    call: { id: "call", session_id: "session", from: "browser", to: "agent" },
    codecs: [findCodec("L16/8000/1")!],
    metadata: null,
    tap: undefined,
  });
  return { application, audio, leg, ends };
}

test("a leg that is given up while it is opened ends, and leaves the audio alone", async () => {
  const { application, audio, leg, ends } = rig();
  const control = new AbortController();
  application.obstacle = (signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const opening = leg.open(control.signal);
  control.abort();
  await expect(opening).rejects.toMatchObject({ code: "session-closed" });
  expect([ends, audio.calls]).toEqual([[{ reason: "aborted", by: "local" }], []]);
});

test("a leg that is open does not hear of the signal it was opened under any more, and gives the audio back at its end", async () => {
  const { audio, leg, ends } = rig();
  const control = new AbortController();
  expect((await leg.open(control.signal)).id).toBe("L16/8000/1");
  control.abort();
  expect(leg.session.state).toBe("active");
  expect(audio.calls).toEqual([]);
  await leg.session.hangUp("normal");
  expect([ends.length, audio.calls]).toEqual([1, ["hold"]]);
});
