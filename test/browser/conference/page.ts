import type { Page } from "@playwright/test";
import type { Call, Client, Conference, OwnerPlace } from "../../../lib/index.ts";

declare global {
  interface Window {
    calls: Record<string, Call>;
    conference: Conference;
  }
  /** Of the page. */
  var client: Client;
}

/** The fake microphone's file as it is. */
export const rawMicrophone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export interface Callee {
  readonly name: string;
  readonly src: string;
  readonly profile?: string;
}

/** Calls them all, one after the other; `window.calls` has them by name. */
export async function callAll(page: Page, callees: readonly Callee[]): Promise<void> {
  await page.evaluate(
    async ([callees, microphone]) => {
      window.calls ??= {};
      for (const { name, src, profile = "rtvbp.v1" } of callees) {
        const call = new window.voicebridge.Call({
          src,
          microphone,
          profiles: [profile],
          codecs: ["L16/8000"],
          metadata: { name },
        });
        window.calls[name] = call;
        await call.start();
      }
    },
    [callees, rawMicrophone] as const,
  );
}

/** Puts the named calls into a new conference, `window.conference`, which notes what happens to it in `window.log`. */
export async function confer(page: Page, names: readonly string[], owner: OwnerPlace = "talk"): Promise<void> {
  await page.evaluate(
    async ([names, owner, microphone]) => {
      const conference = new window.voicebridge.Conference({ owner, microphone });
      window.conference = conference;
      watch(conference);
      for (const name of names) await conference.join(window.calls[name]!);

      function watch(conference: Conference): void {
        const nameOf = (participant: { id: string } | undefined) =>
          Object.entries(window.calls).find(([, call]) => call.id === participant?.id)?.[0] ?? participant?.id;
        const note = (type: string, detail: unknown) =>
          window.log.push({ type, detail: JSON.stringify(detail ?? null), at: performance.now() });
        conference.addEventListener("join", ({ participant }) => note("join", nameOf(participant)));
        conference.addEventListener("leave", ({ participant, reason }) => note("leave", [nameOf(participant), reason]));
        conference.addEventListener("activespeaker", ({ participant }) => note("speaker", nameOf(participant)));
        conference.addEventListener("level", () => note("level", null));
        conference.addEventListener("ended", () => note("conference ended", null));
      }
    },
    [names, owner, rawMicrophone] as const,
  );
}
