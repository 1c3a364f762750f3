import { describe, expect, it } from "vitest";
import { connectNodeWebSocket } from "../../../lib/node/index.ts";
import { findCodec } from "../../../lib/protocol/index.ts";
import { Session } from "../../../lib/session/index.ts";
import { afterwards, serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

/** Introduces a call by a session identifier of its own. */
async function introduce(url: string, callId: string, sessionId: string, resumedFrom?: string): Promise<Session> {
  const session = new Session({ role: "voice", transport: connectNodeWebSocket({ url }) });
  afterwards(() => session.close());
  await session.initialize({
    application: { id: "agent" },
    call: { id: callId, session_id: sessionId, from: "ann", to: "agent" },
    codecs: [findCodec("L16/8000/1")!],
    metadata: resumedFrom === undefined ? null : { resumed_from: resumedFrom },
  });
  return session;
}

describe("a call that comes again", () => {
  it("says which session it resumes, and the connection before is let go, though it never said goodbye", async () => {
    const { url, calls, server } = await serve();
    const first = await introduce(url, "call-1", "one");
    await until(() => calls.length === 1);
    expect(calls[0]!.resumedFrom).toBeUndefined();
    await introduce(url, "call-1", "two", "one");
    await until(() => calls.length === 2);
    expect(calls[1]!.resumedFrom).toBe("one");
    expect(await calls[0]!.ended).toMatchObject({ by: "network", resumable: true });
    expect(await first.ended).toMatchObject({ by: "network", resumable: true });
    expect([calls[1]!.signal.aborted, server.stats().sessions]).toEqual([false, 1]);
  });

  it("touches no other call, whatever it says about itself", async () => {
    const { url, calls, server } = await serve();
    await introduce(url, "call-1", "one");
    await introduce(url, "call-2", "two", "one");
    await introduce(url, "call-1", "three", "two");
    await introduce(url, "call-1", "four", "");
    await until(() => calls.length === 4);
    expect(calls.map(({ resumedFrom }) => resumedFrom)).toEqual([undefined, "one", "two", undefined]);
    await Promise.all(calls.map(({ session }) => session.ping()));
    expect(server.stats().sessions).toBe(4);
  });
});
