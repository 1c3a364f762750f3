import { expect, test } from "@playwright/test";
import { buildProgram, ProgramProcess } from "../support/program-process.ts";
import { launchOptions, likeness, Person } from "./people.ts";

test.use({ launchOptions });

const program = `import { createHub } from "./lib/node/index.ts";
const hub = createHub({ port: Number(process.argv[2]), host: "127.0.0.1", allowedOrigins: "*" });
await hub.ready;
console.log(hub.url);`;

/** Tokens that the hub gave, addresses that were dialled, and what the browser wrote down about them. */
function watch({ page }: Person): { tokens: string[]; written: string[] } {
  const seen = { tokens: [] as string[], written: [] as string[] };
  page.on("console", (message) => void seen.written.push(message.text()));
  page.on("websocket", (socket) => {
    seen.written.push(socket.url());
    socket.on("framereceived", ({ payload }) => {
      const token = /"resumeToken":"([^"]+)"/.exec(String(payload))?.[1];
      if (token !== undefined) seen.tokens.push(token);
    });
  });
  return seen;
}

test("the hub is killed in the middle of a call, and started again: sound goes on all the time, and the call is still one", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const hub = new ProgramProcess(await buildProgram("hub-program", { text: program }));
  const start = () => hub.start((line) => line);
  await start();
  const [alice, bob] = await Promise.all([
    Person.open(browser, "alice", hub.url, { resume: "reload" }),
    Person.open(browser, "bob", hub.url),
  ]);
  const both = [alice, bob];
  await alice.page.evaluate(() => window.client.close());
  const seen = watch(alice); // from its first connection on
  await alice.join(hub.url, { resume: "reload" });
  const hearEachOther = async (): Promise<void> => {
    const [atAlice, atBob] = await Promise.all([alice.hears(), bob.hears()]);
    const figures = [likeness(atAlice, "bob"), likeness(atBob, "alice")];
    console.log(figures.map((x) => x.toFixed(2)).join(", "));
    expect(Math.min(...figures)).toBeGreaterThan(0.6);
  };
  try {
    await alice.call("bob");
    await bob.accept();
    await Promise.all(both.map((person) => person.reaches("active")));
    await hub.kill();
    await Promise.all(both.map((person) => person.says("client away")));
    await hearEachOther();
    await start();
    for (const { page } of both) await page.waitForFunction(() => window.client.state === "online");
    await hearEachOther();
    for (const person of both) {
      expect((await person.said()).filter((what) => /reconnecting|ended/.test(what))).toEqual([]);
    }
    // The new hub learns of the call from what is said in it.
    await bob.page.evaluate(() => window.call.hold());
    await alice.reaches("held");
    await bob.page.evaluate(() => window.call.resume());
    await alice.reaches("active");
    await alice.hangUp();
    await bob.says("ended normal by remote");
    for (const person of both) {
      expect((await person.said()).filter((what) => what.startsWith("ended"))).toHaveLength(1);
    }
    // What it cannot connect to a browser writes into its console, address and all.
    expect(seen.written.join("\n")).toContain("ERR_CONNECTION_REFUSED");
    expect(seen.tokens.length).toBeGreaterThan(1);
    for (const token of seen.tokens) expect(seen.written.join("\n")).not.toContain(token);
  } finally {
    await Promise.all(both.map((person) => person.close()));
    await hub.kill();
  }
});
