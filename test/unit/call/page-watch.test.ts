import { afterEach, expect, test, vi } from "vitest";
import { Call } from "../../../lib/call/index.ts";
import { watchPage } from "../../../lib/call/page-watch.ts";
import { createTestPeer } from "../../../lib/testing/index.ts";
import { FakeAudio } from "./fake-audio.ts";

afterEach(() => void vi.unstubAllGlobals());

test("a call watches its page while it is on, and lets go of it when it is over", async () => {
  const listeners = new Set<string>();
  const target = (name: string) => ({
    addEventListener: (type: string, _: unknown, { signal }: { signal: AbortSignal }) => {
      listeners.add(`${name} ${type}`);
      signal.addEventListener("abort", () => listeners.delete(`${name} ${type}`));
    },
  });
  vi.stubGlobal("window", target("window"));
  vi.stubGlobal("document", target("document"));
  const peer = createTestPeer();
  const call = new Call({
    connect: peer.connect,
    openAudio: async () => new FakeAudio() as never,
    flightRecord: false,
  });
  await call.start();
  expect([...listeners].sort()).toEqual([
    "document resume",
    "window offline",
    "window online",
    "window pagehide",
    "window pageshow",
  ]);
  await call.hangUp();
  expect([...listeners]).toEqual([]);
  await peer.close();
});

test("a page that is shown again as it was may have lost its connections; one that is shown for the first time has not", () => {
  const [window, document] = [new EventTarget(), new EventTarget()];
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", document);
  const said: string[] = [];
  const stop = watchPage({ changed: () => said.push("changed"), hidden: (kept) => said.push(`hidden ${kept}`) });
  const transition = (type: string, persisted: boolean): void =>
    void window.dispatchEvent(Object.assign(new Event(type), { persisted }));
  transition("pageshow", false);
  expect(said).toEqual([]);
  transition("pagehide", true);
  transition("pageshow", true);
  transition("pagehide", false);
  document.dispatchEvent(new Event("resume"));
  expect(said).toEqual(["hidden true", "changed", "hidden false", "changed"]);
  stop();
  transition("pageshow", true);
  expect(said).toHaveLength(4);
});
