/** Runs in the page: the two entries an application's own browser tests import. */
import * as voicebridge from "../../../lib/index.ts";
import * as testing from "../../../lib/testing/index.ts";

export interface TestingWindow {
  readonly voicebridge: typeof voicebridge;
  readonly testing: typeof testing;
  peer: testing.TestPeer;
  microphone: testing.FakeMicrophone;
  call: voicebridge.Call;
  agent: testing.PeerCall;
  /** What the click does. */
  onStart: () => Promise<void>;
  /** Settles as `onStart` does. */
  started: Promise<void>;
}

const page = Object.assign(window as unknown as TestingWindow, { voicebridge, testing });
document.querySelector("button")?.addEventListener("click", () => {
  page.started = page.onStart();
});
// Says in the console what becomes of a sound that is spoken before any click.
if (location.hash === "#early") {
  page.microphone = new testing.FakeMicrophone();
  page.microphone.speak(testing.toneSound(440, 50)).then(
    () => console.log("spoke"),
    ({ code }: { readonly code: string }) => console.log(code),
  );
}
