import { expect, test } from "vitest";
import { Others } from "../../../../lib/call/client/others.ts";
import type { SignalMessage, SignalMessageOf } from "../../../../lib/protocol/index.ts";

function rig(contacts?: readonly string[]) {
  const sent: SignalMessage[] = [];
  const changes: string[] = [];
  const others = new Others({
    id: "alice",
    displayName: undefined,
    contacts,
    send: (message) => void sent.push(message),
    changed: (id, presence) => void changes.push(`${id} ${presence?.status ?? "offline"}`),
  });
  return { others, sent, changes };
}

type Clients = SignalMessageOf<"presence-list">["data"]["clients"];
const list = (clients: Clients, whole = false): SignalMessageOf<"presence-list"> => ({
  type: "presence-list",
  data: { clients, ...(whole && { whole }) },
});

test("a whole list replaces what was known, and one of changes adds to it and takes away", () => {
  const { others, changes } = rig();
  others.take(list([{ id: "bob", status: "available" }], true));
  others.take({ type: "presence", from: "carol", data: { status: "busy" } });
  others.take(
    list([
      { id: "bob", status: "offline" },
      { id: "dave", status: "away", displayName: "Dave" },
    ]),
  );
  expect([...others.known]).toEqual([
    ["carol", { status: "busy" }],
    ["dave", { status: "away", displayName: "Dave" }],
  ]);
  others.take(list([{ id: "dave", status: "available" }], true));
  expect([...others.known.keys()]).toEqual(["dave"]);
  expect(changes).toEqual([
    "bob available",
    "carol busy",
    "bob offline",
    "dave away",
    "carol offline",
    "dave available",
  ]);
});

test("contacts are named at every place at the hub that is a new one, and when there are others", () => {
  const { others, sent } = rig(["bob"]);
  others.beginAnew();
  others.watch(["bob", "carol"]);
  others.beginAnew();
  const ids = sent.map((message) => message.type === "presence-subscribe" && message.data.ids);
  expect(ids).toEqual([["bob"], ["bob", "carol"], ["bob", "carol"]]);
  const everybody = rig();
  everybody.others.beginAnew();
  expect(everybody.sent).toEqual([]);
});

test("a new place at the hub hears how this client can be reached, where that is not as everybody's", () => {
  const { others, sent } = rig();
  others.tell("away");
  others.beginAnew();
  others.tell("available");
  others.beginAnew();
  expect(sent.map((message) => message.type === "presence" && message.data.status)).toEqual([
    "away",
    "away",
    "available",
  ]);
});

test("nobody is among the others of oneself", () => {
  const { others, changes } = rig();
  others.take({ type: "presence", from: "alice", data: { status: "busy" } });
  others.take({ type: "presence", data: { status: "busy" } });
  expect([[...others.known.keys()], changes]).toEqual([[], []]);
});
