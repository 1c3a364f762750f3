import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../lib/testing/random.ts";
import { type BoardRig, makeBoard, type Phone } from "./board.ts";

/** What clients were told of others since the last time. */
function told(phones: readonly Phone[]): { messages: number; entries: number; most: number } {
  let [messages, entries, most] = [0, 0, 0];
  for (const phone of phones) {
    const all = phone.take("presence", "presence-list");
    most = Math.max(most, all.length);
    messages += all.length;
    for (const message of all) entries += message.type === "presence-list" ? message.data.clients.length : 1;
  }
  return { messages, entries, most };
}

/** As this client sees it after everything that it was told. */
function view(phone: Phone, known = new Map<string, string>()): Map<string, string> {
  for (const message of phone.take("presence", "presence-list")) {
    if (message.type === "presence-list" && message.data.whole) known.clear();
    const entries =
      message.type === "presence-list"
        ? message.data.clients
        : message.type === "presence"
          ? [{ id: message.from ?? "", status: message.data.status }]
          : [];
    for (const { id, status } of entries) {
      if (status === "offline") known.delete(id);
      else known.set(id, status);
    }
  }
  return known;
}

const spanMs = 10_000;

/** So many come within ten seconds, each changes twice in the next ten, and half of them go in the last ten. */
async function day(count: number, rig: BoardRig, contacts?: (index: number) => string[]) {
  const next = seededRandom(count);
  const phones: Phone[] = [];
  for (let index = 0; index < count; index++) {
    const phone = rig.phone(`client ${index}`, contacts && { contactsOnly: true });
    if (contacts) phone.say({ type: "presence-subscribe", data: { ids: contacts(index) } });
    phones.push(phone);
    await rig.clock.advance(spanMs / count);
  }
  for (let change = 0; change < 2 * count; change++) {
    const phone = phones[Math.floor(next() * count)]!;
    phone.say({ type: "presence", data: { status: change < count ? "away" : "busy" } });
    await rig.clock.advance(spanMs / (2 * count));
  }
  for (let index = 0; index < count; index += 2) {
    phones[index]!.lose();
    await rig.clock.advance((2 * spanMs) / count);
  }
  await rig.clock.advance(30_000);
  return phones;
}

describe("presence of many", () => {
  it("costs each client as many messages as time passes, however many others come, change and go: 50, 100, 200", async () => {
    const costs: { count: number; messages: number; most: number }[] = [];
    for (const count of [50, 100, 200]) {
      const rig = makeBoard({ messageRate: { perSecond: 1000, burst: 1000 } });
      const phones = await day(count, rig);
      const { messages, most } = told(phones);
      costs.push({ count, messages, most });
      // One list at the beginning; then one message every 500 ms, and one at once after each pause.
      expect(most).toBeLessThanOrEqual(1 + (45_000 + spanMs) / 500 + 2);
    }
    console.log(JSON.stringify(costs));
    const perClient = costs.map(({ count, messages }) => messages / count);
    // Told one by one it would be four times as many for 200 as for 50.
    expect(perClient[2]! / perClient[0]!).toBeLessThan(1.25);
  });

  it("is the last state of everybody, for everybody who is still here", async () => {
    const rig = makeBoard({ messageRate: { perSecond: 1000, burst: 1000 } });
    const phones = await day(60, rig);
    const late = view(rig.phone("late"));
    expect(late.size).toBe(30);
    for (const [index, phone] of phones.entries()) {
      if (index % 2 === 0) continue;
      const seen = view(phone);
      seen.delete("late");
      expect(seen).toEqual(new Map([...late].filter(([id]) => id !== phone.id)));
    }
  });

  it("is a few messages, and a few entries, for 200 clients with five contacts each", async () => {
    const costs: number[] = [];
    for (const count of [100, 200]) {
      const rig = makeBoard();
      const others = (index: number) => [1, 2, 3, 4, 5].map((step) => `client ${(index + step * 7) % count}`);
      const { messages, entries } = told(await day(count, rig, others));
      costs.push(entries);
      // Two empty lists, or nearly, and of each of five: that it came, changed twice, and perhaps went.
      expect(entries / count).toBeLessThan(5 * 4);
      expect(messages / count).toBeLessThan(2 + 5 * 4);
    }
    expect(costs[1]! / costs[0]!).toBeLessThan(2.3);
  });

  it("is told of contacts only, by name, and at once, whether they are listed or not", async () => {
    const { phone, clock } = makeBoard({ maxListed: 2 });
    const [ann, ben] = [phone("ann"), phone("ben")];
    const viewer = phone("viewer", { contactsOnly: true });
    expect(viewer.heard("presence-list")).toEqual([{ type: "presence-list", data: { clients: [], whole: true } }]);
    viewer.say({ type: "presence-subscribe", data: { ids: ["ben", "carl", "viewer"] } });
    expect(viewer.heard("presence-list")).toEqual([
      { type: "presence-list", data: { clients: [{ id: "ben", status: "available" }], whole: true } },
    ]);
    await clock.advance(1000);
    const carl = phone("carl");
    expect(viewer.heard("presence")).toMatchObject([{ from: "carl", data: { status: "available" } }]);
    ann.say({ type: "presence", data: { status: "away" } });
    ben.say({ type: "presence", data: { status: "away" } });
    ben.say({ type: "presence", data: { status: "busy" } });
    await clock.advance(1000);
    expect(viewer.heard("presence", "presence-list")).toMatchObject([{ from: "ben", data: { status: "busy" } }]);
    viewer.say({ type: "presence-subscribe", data: { ids: [] } });
    carl.lose();
    await clock.advance(60_000);
    expect(view(viewer).size).toBe(0);
  });

  it("is limited: who comes when the list is full is in it when there is room, and nobody names more contacts than may be", async () => {
    const { phone, clock, log } = makeBoard({ maxListed: 2, maxContacts: 3, graceMs: 1000 });
    const [ann] = [phone("ann"), phone("ben"), phone("carl")];
    const late = phone("late");
    const seen = view(late);
    expect([...seen.keys()]).toEqual(["ann", "ben"]);
    ann?.lose();
    await clock.advance(5000);
    expect([...view(late, seen).keys()]).toEqual(["ben", "carl"]);
    expect(log.filter((line) => line.startsWith("presence is full"))).toHaveLength(1);
    late.say({ type: "presence-subscribe", data: { ids: ["a", "b", "c", "d"] } });
    expect(late.heard("error")).toMatchObject([{ data: { code: "bad-request", message: "At most 3 contacts." } }]);
  });

  it("is whole again after a lost connection: who went meanwhile is not in the list", async () => {
    const { phone, clock } = makeBoard({ graceMs: 5000 });
    const [ann, ben] = [phone("ann"), phone("ben")];
    const token = ben.welcome.resumeToken;
    const seen = view(ben);
    expect([...seen.keys()]).toEqual(["ann"]);
    await clock.advance(1000);
    ben.lose();
    ann.lose();
    await clock.advance(4000);
    phone("carl");
    ben.texts.splice(0);
    const again = phone("ben", { resume: token, seen: 0 });
    await clock.advance(2000);
    expect(again.welcome.resumed).toBe(true);
    expect([...view(again, seen).keys()]).toEqual(["carl"]);
  });
});
