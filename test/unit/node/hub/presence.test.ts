import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeBoard, nobody } from "./board.ts";

describe("presence at the hub", () => {
  it("is told to who comes, and to who is here", async () => {
    const { phone, clock, board } = makeBoard({ graceMs: 1000 });
    const alice = phone("alice", { displayName: "Alice" });
    const empty = { type: "presence-list", data: { clients: [], whole: true } };
    expect(alice.heard("presence-list", "presence")).toEqual([empty]);
    alice.say({ type: "presence", data: { status: "do-not-disturb" } });
    const bob = phone("bob");
    expect(bob.heard("presence-list")).toEqual([
      {
        type: "presence-list",
        data: { clients: [{ id: "alice", status: "do-not-disturb", displayName: "Alice" }], whole: true },
      },
    ]);
    await clock.advance(1000);
    expect(alice.heard("presence")).toEqual([{ type: "presence", from: "bob", data: { status: "available" } }]);
    bob.say({ type: "presence", data: { status: "away", displayName: "Bob" } });
    expect(alice.heard("presence")).toEqual([
      { type: "presence", from: "bob", data: { status: "away", displayName: "Bob" } },
    ]);
    expect(bob.heard("presence")).toEqual([]);
    bob.lose();
    await clock.advance(999);
    expect(alice.heard("presence")).toEqual([]);
    await clock.advance(1);
    expect(alice.heard("presence")).toEqual([
      { type: "presence", from: "bob", data: { status: "offline", displayName: "Bob" } },
    ]);
    alice.lose();
    await clock.advance(1000);
    expect(board.stats().now).toEqual(nobody);
  });

  it("of nobody is told where it is switched off, and only of whom one may know where there is a rule", async () => {
    const silent = makeBoard({ presence: false });
    const alone = silent.phone("alice");
    silent.phone("bob");
    const empty = { type: "presence-list", data: { clients: [], whole: true } };
    expect(alone.heard("presence-list", "presence")).toEqual([empty]);

    const teams = makeBoard({ presence: (viewer, id) => viewer.split("@")[1] === id.split("@")[1] });
    const ann = teams.phone("ann@red");
    teams.phone("bob@blue");
    teams.phone("cem@red");
    await teams.clock.advance(500);
    expect(ann.heard("presence").map(({ from }) => from)).toEqual(["cem@red"]);
  });

  it("is nobody's where the rule fails", async () => {
    const { phone, log, clock } = makeBoard({
      presence: (viewer) => {
        if (viewer === "bob") throw new Error("no database");
        return true;
      },
    });
    const alice = phone("alice");
    const bob = phone("bob");
    expect(bob.heard("presence-list")).toEqual([{ type: "presence-list", data: { clients: [], whole: true } }]);
    await clock.advance(500);
    expect(alice.heard("presence")).toHaveLength(1);
    expect(log.join("\n")).toContain("presence failed");
  });

  it("of many fits into messages that can be read", () => {
    const { phone } = makeBoard();
    const ids = Array.from({ length: 260 }, (_, index) => `client ${index} ${"x".repeat(100)}`);
    for (const id of ids) phone(id);
    const late = phone("late");
    const lists = late.heard("presence-list") as { data: { clients: { id: string }[]; whole?: boolean } }[];
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.flatMap(({ data }) => data.clients.map(({ id }) => id))).toEqual(ids);
    expect(lists.map(({ data }) => data.whole ?? false)).toEqual(lists.map((_, index) => index === 0));
  });

  it("cannot be said to be offline by who is here, and what only the hub says is refused", () => {
    const { phone } = makeBoard();
    const alice = phone("alice");
    alice.take();
    alice.say({ type: "presence", data: { status: "offline" } });
    alice.say({ type: "presence-list", data: { clients: [] } });
    alice.say({ type: "error", data: { code: "busy", message: "ha" } });
    expect(alice.heard().map(({ data }) => data)).toMatchObject(Array(3).fill({ code: "bad-request" }));
  });
});

describe("ICE servers", () => {
  it("come with credentials for the relay that are good for a while", async () => {
    const { phone, clock } = makeBoard({
      iceServers: [{ urls: "stun:stun.example.org" }],
      turn: { urls: ["turn:turn.example.org"], secret: "north", ttlSeconds: 600 },
    });
    const alice = phone("alice");
    alice.take();
    alice.say({ type: "ice-servers-request" });
    const username = `${Math.floor(clock.now() / 1000) + 600}:alice`;
    const credential = createHmac("sha1", "north").update(username).digest("base64");
    expect(alice.heard()).toEqual([
      {
        type: "ice-servers-response",
        data: {
          iceServers: [{ urls: ["stun:stun.example.org"] }, { urls: ["turn:turn.example.org"], username, credential }],
          ttlSeconds: 600,
        },
      },
    ]);
    await clock.advance(10_000);
    alice.say({ type: "ice-servers-request" });
    expect(JSON.stringify(alice.heard())).toContain(`${Math.floor(clock.now() / 1000) + 600}:alice`);
  });

  it("that could not be sent are refused when the hub is made", () => {
    expect(() => makeBoard({ iceServers: [{ urls: 7 as unknown as string }] })).toThrow("data.iceServers[0].urls[0]");
  });
});
