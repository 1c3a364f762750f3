import { expect, test } from "@playwright/test";
import type { Hub } from "../../../lib/node/index.ts";
import { launchOptions, Person, startHub } from "./people.ts";

test.use({ launchOptions });

test("a call that nobody takes ends on both sides, once, with the reason", async ({ browser }) => {
  const hub: Hub = await startHub({ ringTimeoutMs: 4000 });
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url),
    Person.open(browser, "bob", hub.url, { callWaiting: false }),
  ]);
  /** Calls, and waits until both have forgotten it. Returns what each said. */
  const attempt = async (to: string, meanwhile: () => Promise<unknown>): Promise<[string[], string[]]> => {
    for (const { page } of [alice, bob]) await page.evaluate(() => void window.said.splice(0));
    await alice.call(to);
    await meanwhile();
    await alice.page.waitForFunction(() => window.said.some((what) => what.startsWith("ended")));
    await bob.page.waitForFunction(() => window.client.incoming.length === 0);
    return [await alice.said(), await bob.said()];
  };
  const rings = () => bob.says("incoming alice");

  await test.step("reject", async () => {
    const [caller, callee] = await attempt("bob", async () => {
      await rings();
      await bob.page.evaluate(() => window.incoming?.reject("declined", "in a meeting"));
    });
    expect.soft(caller).toEqual(["outgoing", "initiating", "ringing", "terminated", "ended declined by remote"]);
    expect.soft(callee).toEqual(["incoming alice", "rang rejected declined"]);
  });

  await test.step("cancel", async () => {
    const [caller, callee] = await attempt("bob", async () => {
      await rings();
      await alice.hangUp();
      await bob.says("missed alice cancelled");
    });
    expect.soft(caller).toEqual(["outgoing", "initiating", "ringing", "cancelled", "ended normal by local"]);
    expect.soft(callee).toEqual(["incoming alice", "missed alice cancelled", "rang missed cancelled"]);
  });

  await test.step("time-out", async () => {
    const [caller, callee] = await attempt("bob", () => bob.says("missed alice timeout"));
    expect.soft(caller).toEqual(["outgoing", "initiating", "ringing", "terminated", "ended timeout by remote"]);
    expect.soft(callee).toEqual(["incoming alice", "missed alice timeout", "rang missed timeout"]);
  });

  await test.step("unavailable", async () => {
    const [caller] = await attempt("nobody", async () => {});
    expect.soft(caller).toEqual(["outgoing", "initiating", "terminated", "ended unavailable by remote"]);
  });

  await test.step("do not disturb, which others see", async () => {
    await bob.page.evaluate(() => window.client.setPresence("do-not-disturb"));
    await alice.page.waitForFunction(() => window.client.presence.get("bob")?.status === "do-not-disturb");
    const [caller, callee] = await attempt("bob", () => bob.says("missed alice do-not-disturb"));
    expect.soft(caller).toContain("ended do-not-disturb by remote");
    expect.soft(callee).not.toContain("incoming alice");
    await bob.page.evaluate(() => window.client.setPresence("available"));
  });

  await test.step("a handler forwards it, to somebody who takes it by itself", async () => {
    // Carol lives in Bob's page.
    await bob.page.evaluate(async (hub) => {
      const { Client, autoAnswer, forward } = window.voicebridge;
      const carol = new Client({ hub, id: "carol", onIncoming: autoAnswer(), audio: { microphone: false } });
      await carol.connect();
      Object.assign(window, { carol });
      window.client.onIncoming = (call) => forward(call.from.id === "alice" ? "carol" : "dave");
    }, hub.url);
    await alice.page.evaluate(() => void window.said.splice(0));
    await alice.call("bob");
    await alice.reaches("active");
    expect.soft(await alice.said()).toContain("party carol");
    await alice.hangUp();
    await bob.page.evaluate(async () => {
      await (window as unknown as { carol: { close(): Promise<void> } }).carol.close();
      window.client.onIncoming = undefined;
    });
  });

  await test.step("busy, while a call is on and no other may wait", async () => {
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    const ended = await alice.page.evaluate(async (hub) => {
      const dave = new window.voicebridge.Client({ hub, id: "dave", audio: { microphone: false } });
      await dave.connect();
      const call = dave.call("bob");
      const { end } = await new Promise<{ end: { reason: string; by: string } }>((resolve) => {
        call.addEventListener("ended", (event) => resolve(event));
      });
      await dave.close();
      return { reason: end.reason, by: end.by };
    }, hub.url);
    expect.soft(ended).toEqual({ reason: "busy", by: "remote" });
    expect.soft(await alice.page.evaluate(() => window.call.state)).toBe("active");
    // Hanging up from the side that was called, and from both at once.
    await bob.hangUp();
    await alice.says("ended normal by remote");
  });

  await test.step("both hang up at once", async () => {
    await alice.call("bob");
    await bob.accept();
    await Promise.all([alice.reaches("active"), bob.reaches("active")]);
    for (const { page } of [alice, bob]) await page.evaluate(() => void window.said.splice(0));
    await Promise.all([alice.hangUp(), bob.hangUp()]);
    for (const person of [alice, bob]) {
      expect.soft((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    }
  });

  await test.step("both call at once: one call, of which the smaller id is the caller", async () => {
    // Who is first to have sound, and to be heard of, differs.
    for (let round = 0; round < 4; round++) {
      for (const { page } of [alice, bob]) await page.evaluate(() => void window.said.splice(0));
      await Promise.all([alice.call("bob"), bob.call("alice")]);
      await Promise.all([alice.reaches("active"), bob.reaches("active")]);
      expect.soft(await alice.said()).not.toContain("incoming bob");
      expect.soft(await bob.said()).not.toContain("incoming alice");
      for (const { page } of [alice, bob]) expect.soft(await page.evaluate(() => window.client.calls.length)).toBe(1);
      expect.soft(hub.stats().now).toMatchObject({ established: 1, ringing: 0 });
      await alice.hangUp();
      for (const { page } of [alice, bob]) await page.waitForFunction(() => window.client.calls.length === 0);
    }
  });

  const history = await bob.page.evaluate(() =>
    window.client.history.map(({ missed, reason }) => ({ missed, reason })),
  );
  expect
    .soft(history.filter(({ missed }) => missed).map(({ reason }) => reason))
    .toEqual(["do-not-disturb", "timeout", "cancelled"]);
  await Promise.all([alice.close(), bob.close()]);
  expect.soft(hub.stats().now).toMatchObject({ established: 0, ringing: 0 });
  await hub.close();
});
