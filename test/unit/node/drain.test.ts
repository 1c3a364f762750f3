import { describe, expect, it } from "vitest";
import { handleSignals, serviceRestart } from "../../../lib/node/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { bareClient, closing, serve, upgrade } from "./server-rig.ts";
import { dial, until } from "./voice-side.ts";

describe("draining a voice server", () => {
  it("refuses new calls, lets calls end by themselves, sends the others away in turn, and closes", async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const { url, server } = await serve({
      clock,
      onCall: (call) => void call.on("draining", ({ graceMs }) => told.push(graceMs)),
    });
    const voices = [await dial({ url }), await dial({ url }), await dial({ url }), await dial({ url })];
    const ends: string[] = [];
    for (const [index, { session }] of voices.entries()) {
      void session.ended.then(({ by, reason }) => ends.push(`${index} ${by} ${reason}`));
    }
    await until(() => [...server.sessions].every((call) => call.active));
    const drained = server.drain({ graceMs: 1000, deadlineMs: 4000 });
    expect(server.state).toBe("draining");
    const refused = await upgrade(url);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
    const health = await fetch(`${url.replace("ws", "http")}healthz`);
    expect([health.status, await health.json()]).toEqual([503, { status: "draining", sessions: 4 }]);
    await until(() => told.length === 4);
    expect(told).toEqual([1000, 1000, 1000, 1000]);

    await voices[2]!.session.hangUp("done");
    await until(() => server.stats().sessions === 3);
    await clock.advance(999);
    expect(server.stats().sessions).toBe(3);
    await clock.advance(1);
    await until(() => ends.length === 2);
    await clock.advance(499); // three go within 1500 ms
    expect(server.stats().sessions).toBe(2);
    await clock.advance(1);
    await until(() => ends.length === 3);
    await clock.advance(500);
    await drained;
    expect(ends).toEqual(["2 local done", ...[0, 1, 3].map((index) => `${index} remote ${serviceRestart.reason}`)]);
    expect(server.state).toBe("closed");
    expect(clock.timers).toBe(0); // the deadline would hold the process up
    await expect(dial({ url })).rejects.toMatchObject({ code: "transport-unreachable" });
  });

  it("closes with 1012, which is what a voice side knows it by", async () => {
    const { url, server } = await serve();
    const socket = await bareClient(url);
    const closed = closing(socket);
    await server.drain({ graceMs: 0, deadlineMs: 60_000 });
    expect(await closed).toEqual({ code: 1012, reason: "service restart" });
  });

  it("cuts those that do not part at the deadline", async () => {
    const clock = new ManualClock();
    const { url, server } = await serve({ clock, limits: { closeTimeoutMs: 3_600_000 } });
    const socket = await bareClient(url);
    await until(() => server.stats().sessions === 1);
    socket.pause();
    let done = false;
    const drained = server.drain({ graceMs: 100, deadlineMs: 1000 }).then(() => {
      done = true;
    });
    await clock.advance(999);
    expect([done, server.stats().sessions]).toEqual([false, 1]);
    await clock.advance(1);
    await drained;
    expect(server.stats().sessions).toBe(0);
  });

  it("is over at once where there is no call, and can be cut short by close", async () => {
    const idle = await serve();
    await idle.server.drain({ deadlineMs: 3_600_000 });
    const busy = await serve();
    const voice = await dial({ url: busy.url });
    voice.session.handle("call.hangup", () => {});
    const drained = busy.server.drain({ deadlineMs: 3_600_000 });
    await busy.server.close();
    await drained;
    expect(await voice.session.ended).toMatchObject({ reason: "server shutdown" });
  });
});

describe("signals", () => {
  it("drain at the first and end the calls at the second; then the process may go", async () => {
    const { url, server } = await serve();
    const voice = await dial({ url });
    voice.session.handle("call.hangup", () => {});
    await until(() => server.stats().sessions === 1);
    const steps: unknown[] = [];
    const exited = new Promise<void>((resolve) => {
      const remove = handleSignals(server, {
        signals: ["SIGUSR2"],
        deadlineMs: 3_600_000,
        onDrained: () => steps.push(server.state),
        exit: (code) => {
          steps.push(code);
          remove();
          resolve();
        },
      });
    });
    process.kill(process.pid, "SIGUSR2");
    await until(() => server.state === "draining", "the first signal");
    expect(server.stats().sessions).toBe(1);
    process.kill(process.pid, "SIGUSR2");
    await exited;
    expect(steps).toEqual(["closed", 0]);
    expect(process.listenerCount("SIGUSR2")).toBe(0);
    expect((await voice.session.ended).by).toBe("remote");
  });
});
