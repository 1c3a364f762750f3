import { expect, test } from "vitest";
import { HubClient } from "../../../../lib/node/hub/hub-client.ts";
import { PresenceBoard } from "../../../../lib/node/hub/presence.ts";
import { silentLogger } from "../../../../lib/node/logger.ts";
import { TokenBucket } from "../../../../lib/node/token-bucket.ts";
import { ManualClock } from "../manual-clock.ts";

/** A board on which up to two people are told of to everybody, once a second. */
function rig() {
  const clock = new ManualClock();
  const here = new Map<string, HubClient>();
  const board = new PresenceBoard({
    ...{ rule: undefined, intervalMs: 1000, maxListed: 2, clock, logger: silentLogger },
    here: () => here.values(),
    find: (id) => here.get(id),
  });
  const add = (id: string) => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    const names = { plain: false, displayName: undefined, nameIsGiven: false, contactsOnly: false };
    const client = new HubClient({ id, ...names, messages: bucket, requests: bucket });
    const heard: string[] = [];
    client.line = {
      send: (text) => {
        const { from, data } = JSON.parse(text) as { from?: string; data: { clients?: { id: string }[] } };
        for (const { id, status } of (data.clients ?? [{ id: from, ...data }]) as { id: string; status: string }[]) {
          heard.push(`${id} ${status}`);
        }
      },
      close: () => {},
    };
    here.set(id, client);
    board.changed(client);
    return { client, heard };
  };
  return { board, clock, add };
}

test("contacts that nobody names any more are forgotten, and who is gone is told of nobody", async () => {
  const { board, clock, add } = rig();
  const [alice, bob] = [add("alice"), add("bob")];
  for (let round = 0; round < 100; round++) board.subscribe(alice.client, ["bob", `nobody ${round}`]);
  board.subscribe(bob.client, ["alice", "bob"]);
  expect(board.watched).toBe(3);
  await clock.advance(1000);
  board.gone(alice.client);
  expect(board.watched).toBe(2);
  await clock.advance(1000);
  alice.heard.length = bob.heard.length = 0;
  bob.client.status = "away";
  board.changed(bob.client);
  await clock.advance(1000);
  expect(alice.heard).toEqual([]);
  board.gone(bob.client);
  expect(board.watched).toBe(0);
});

test("who was among those everybody is told of, left, and comes again when there is no room, is gone for everybody", async () => {
  const { board, clock, add } = rig();
  const [viewer, alice] = [add("viewer"), add("alice")];
  add("waiting");
  await clock.advance(2000);
  alice.client.status = "busy";
  board.changed(alice.client);
  expect(viewer.heard.at(-1)).toBe("alice busy");
  viewer.heard.length = 0;
  board.gone(alice.client);
  board.changed(alice.client);
  await clock.advance(1000);
  expect([...viewer.heard].sort()).toEqual(["alice offline", "waiting available"]);
});
