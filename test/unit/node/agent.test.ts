import { describe, expect, it } from "vitest";
import { type Agent, limitDuration, route, type VoiceSession, withMiddleware } from "../../../lib/node/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { serve, upgrade } from "./server-rig.ts";
import { dial, until } from "./voice-side.ts";

/** A call, as far as middleware and routes look at it. */
const callOf = (path: string, application: string) => {
  const ends: string[] = [];
  const call = { request: { path }, application: { id: application }, hangUp: (reason: string) => ends.push(reason) };
  return { call: call as unknown as VoiceSession, ends };
};

describe("middleware", () => {
  it("runs around the agent, the first outermost, and may do without it", async () => {
    const steps: string[] = [];
    const named =
      (name: string) =>
      async (_: VoiceSession, next: () => Promise<unknown>): Promise<void> => {
        steps.push(`${name} in`);
        await next();
        steps.push(`${name} out`);
      };
    const agent: Agent = async () => {
      await null;
      steps.push("agent");
    };
    const { call } = callOf("/", "");
    await withMiddleware(agent, named("a"), named("b"))(call);
    expect(steps).toEqual(["a in", "b in", "agent", "b out", "a out"]);
    steps.length = 0;
    await withMiddleware(agent, named("a"), () => steps.push("closed today"))(call);
    expect(steps).toEqual(["a in", "closed today", "a out"]);
  });

  it("hears what the agent throws, and what it throws itself ends the call", async () => {
    const { url, server } = await serve({
      onCall: withMiddleware(
        () => {
          throw new Error("broken");
        },
        async (_, next) => {
          await expect(next()).rejects.toThrow("broken");
          throw new Error("broken too");
        },
      ),
    });
    const voice = await dial({ url });
    voice.session.handle("call.hangup", () => {});
    expect(await voice.session.ended).toMatchObject({ by: "remote", reason: "application error" });
    expect(server.stats().failedHandlers).toBe(1);
  });

  it("limits how long a call lasts", async () => {
    const clock = new ManualClock();
    const { url, server } = await serve({ clock, onCall: withMiddleware(() => {}, limitDuration(60_000)) });
    const voice = await dial({ url });
    voice.session.handle("call.hangup", () => {});
    await until(() => [...server.sessions].some((call) => call.active));
    await clock.advance(59_999);
    expect(voice.session.state).toBe("active");
    await clock.advance(1);
    expect(await voice.session.ended).toMatchObject({ by: "remote", reason: "time is up" });
  });
});

describe("a route", () => {
  const answered: string[] = [];
  const named = (name: string): Agent => {
    return () => void answered.push(name);
  };
  const answerOf = (agent: Agent, path: string, application = ""): string => {
    answered.length = 0;
    const { call, ends } = callOf(path, application);
    agent(call);
    return answered[0] ?? ends[0] ?? "nobody";
  };

  it("goes by exact path, then by the longest folder, then by application, then to the rest", () => {
    const agent = route({
      "/echo": named("echo"),
      "/desk/": named("desk"),
      "/desk/night/": named("night"),
      ivr: named("ivr"),
      "*": named("rest"),
    });
    expect(answerOf(agent, "/echo", "ivr")).toBe("echo");
    expect(answerOf(agent, "/desk/7")).toBe("desk");
    expect(answerOf(agent, "/desk/night/7")).toBe("night");
    expect(answerOf(agent, "/", "ivr")).toBe("ivr");
    expect(answerOf(agent, "/", "/echo")).toBe("rest");
    expect(answerOf(agent, "/echo/", "constructor")).toBe("rest");
  });

  it("hangs up where there is nobody", () => {
    expect(answerOf(route({ "/echo": named("echo") }), "/", "toString")).toBe("no such agent");
  });

  it("knows which paths it serves, so that others are refused at the door", async () => {
    const paths = route({ "/echo": named("echo"), "/desk/": named("desk") });
    expect(["/echo", "/desk/1", "/desk", "/", "/echo/"].map(paths.serves)).toEqual([true, true, false, false, false]);
    expect(route({ ivr: named("ivr") }).serves("/anything")).toBe(true);
    const { url } = await serve({ path: paths.serves, onCall: paths });
    expect((await upgrade(`${url}echo`)).status).toBe(101);
    expect((await upgrade(`${url}other`)).status).toBe(404);
  });
});
