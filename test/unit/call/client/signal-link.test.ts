import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type LinkSocket, SignalLink, type Welcome } from "../../../../lib/call/client/signal-link.ts";
import { createHub, type Hub } from "../../../../lib/node/index.ts";
import { resumptionOf, type SignalMessage } from "../../../../lib/protocol/index.ts";
import { SimulatedClock } from "../../../../lib/testing/index.ts";
import { FakeSocket } from "./fake-socket.ts";

const links: SignalLink[] = [];
const hubs: Hub[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  await Promise.all(hubs.splice(0).map((hub) => hub.close({ deadlineMs: 0 })));
  FakeSocket.made = [];
});

function rig(options: Partial<ConstructorParameters<typeof SignalLink>[0]> = {}) {
  const clock = new SimulatedClock();
  const states: string[] = [];
  const messages: SignalMessage[] = [];
  const welcomes: Welcome[] = [];
  const link = new SignalLink(
    { hub: "wss://hub.example/hub", id: "alice", WebSocket: FakeSocket, clock, random: () => 1, ...options },
    {
      message: (message) => messages.push(message),
      welcome: (welcome) => welcomes.push(welcome),
      state: (state, error) => states.push(error ? `${state} ${error.code}` : state),
    },
  );
  links.push(link);
  const socket = (): FakeSocket => FakeSocket.made.at(-1)!;
  return { link, clock, states, messages, welcomes, socket };
}

const ringing = (callId: string): SignalMessage => ({ type: "call-ringing", to: "bob", callId, data: {} });

test("connects with id and credential, and what was said before goes out at the welcome, in order", async () => {
  const { link, socket, states } = rig({ token: "secret" });
  link.send(ringing("one"));
  const open = link.open();
  expect(link.open()).toBe(open);
  expect(socket().url).toContain("/hub?id=alice");
  expect(socket().url).not.toContain("secret");
  expect(socket().protocols[0]).toBe("voicebridge.hub.v1");
  link.send(ringing("two"));
  expect(socket().sent).toEqual([]);
  socket().welcome();
  await open;
  expect(socket().sent.map(({ seq, type }) => [seq, type])).toEqual([
    [1, "call-ringing"],
    [2, "call-ringing"],
  ]);
  expect(states).toEqual(["connecting", "online"]);
});

test("a page that takes the place of another one goes on with its numbers, in both directions", async () => {
  const { link, socket, messages, welcomes } = rig({ resume: { token: "r0", seen: 7 } });
  expect(link.resumption).toEqual({ token: "r0", seen: 7 });
  const open = link.open();
  expect(resumptionOf(socket().protocols)).toEqual({ token: "r0", seen: 7 });
  link.send(ringing("a"));
  socket().welcome({ resumed: true, received: 12, resumeToken: "r1" });
  await open;
  expect(welcomes[0]?.resumed).toBe(true);
  expect(socket().sent.map(({ seq }) => seq)).toEqual([13]);
  for (const seq of [7, 8]) socket().say({ type: "call-ringing", seq, from: "bob", callId: `c${seq}`, data: {} });
  expect(messages.map(({ callId }) => callId)).toEqual(["c8"]);
  expect(link.resumption).toEqual({ token: "r1", seen: 8 });
});

test("a page whose place is gone begins anew", async () => {
  const { link, socket, messages } = rig({ resume: { token: "r0", seen: 7 } });
  const open = link.open();
  link.send(ringing("a"));
  socket().welcome({ resumed: false, received: 0 });
  await open;
  expect(socket().sent.map(({ seq }) => seq)).toEqual([1]);
  socket().say({ type: "call-ringing", seq: 1, from: "bob", callId: "c1", data: {} });
  expect(messages.map(({ callId }) => callId)).toEqual(["c1"]);
});

test("a lost connection is resumed: what the hub had not seen is said again, and nothing is heard twice", async () => {
  const { link, socket, clock, messages, states } = rig();
  const open = link.open();
  socket().welcome();
  await open;
  const from = (seq: number) => ({ type: "call-ringing", seq, from: "bob", callId: `c${seq}`, data: {} });
  socket().say(from(1));
  socket().say(from(2));
  link.send(ringing("a"));
  link.send(ringing("b"));
  socket().end();
  link.send(ringing("c"));
  await clock.advance(300);
  expect(FakeSocket.made).toHaveLength(2);
  expect(resumptionOf(socket().protocols)).toEqual({ token: "r1", seen: 2 });
  expect(socket().url).toBe(FakeSocket.made[0]?.url);
  socket().welcome({ resumed: true, received: 1, resumeToken: "r2" });
  expect(socket().sent.map(({ seq }) => seq)).toEqual([2, 3]);
  socket().say(from(2));
  socket().say(from(3));
  expect(messages.map(({ callId }) => callId)).toEqual(["c1", "c2", "c3"]);
  expect(states).toEqual(["connecting", "online", "away hub-unreachable", "online"]);
});

test("a hub that was started anew counts from the beginning", async () => {
  const { link, socket, clock, messages } = rig();
  const open = link.open();
  socket().welcome();
  await open;
  socket().say({ type: "call-ringing", seq: 7, from: "bob", callId: "old", data: {} });
  link.send(ringing("a"));
  socket().end();
  link.send(ringing("b"));
  await clock.advance(300);
  socket().welcome({ resumed: false, resumeToken: "r9" });
  expect(socket().sent.map(({ seq }) => seq)).toEqual([1]);
  socket().say({ type: "call-ringing", seq: 1, from: "bob", callId: "new", data: {} });
  expect(messages.map(({ callId }) => callId)).toEqual(["old", "new"]);
});

test("pauses grow while the hub is away, up to eight seconds, and a wake-up tries at once", async () => {
  const { link, socket, clock } = rig();
  const open = link.open().catch((error: { code: string }) => error.code);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    socket().end();
    const count = FakeSocket.made.length;
    let waited = 0;
    while (FakeSocket.made.length === count) {
      await clock.advance(100);
      waited += 100;
    }
    pauses.push(waited);
  }
  expect(await open).toBe("hub-unreachable");
  expect(pauses).toEqual([300, 600, 1200, 2400, 4800, 8000, 8000]);
  socket().end();
  const count = FakeSocket.made.length;
  const again = link.open();
  link.wake();
  expect(FakeSocket.made).toHaveLength(count + 1);
  socket().welcome();
  await again;
  expect(link.state).toBe("online");
});

test("a hub that says nothing is left: at the start, and when it stops answering", async () => {
  const { link, socket, clock, states } = rig();
  const open = link.open().catch(() => {});
  await clock.advance(8000);
  expect(FakeSocket.made[0]?.closed).toBe(true);
  await open;
  await clock.advance(300);
  socket().welcome();
  link.wake();
  expect(socket().sent.at(-1)?.type).toBe("ice-servers-request");
  await clock.advance(1000);
  socket().say({ type: "ice-servers-response", data: { iceServers: [], ttlSeconds: 60 } });
  await clock.advance(10_000);
  expect(states.at(-1)).toBe("online");
  link.wake();
  await clock.advance(4000);
  expect(states.at(-1)).toBe("away hub-unreachable");
});

test("a wake-up takes the place of the attempt that was due, and a good connection makes pauses short again", async () => {
  const { link, socket, clock, states } = rig();
  const open = link.open().catch(() => {});
  for (const pauseMs of [300, 600, 1200]) {
    socket().end();
    await open;
    await clock.advance(pauseMs - 1);
    const count = FakeSocket.made.length;
    await clock.advance(1);
    expect(FakeSocket.made).toHaveLength(count + 1);
  }
  socket().end();
  link.wake();
  socket().welcome();
  const count = FakeSocket.made.length;
  await clock.advance(60_000);
  expect(FakeSocket.made).toHaveLength(count);
  socket().end();
  await clock.advance(300);
  expect(FakeSocket.made).toHaveLength(count + 1);
  socket().welcome();
  expect(states.at(-1)).toBe("online");
});

test("a connection that was given up says nothing any more", async () => {
  const { link, socket, clock, states, messages } = rig();
  const open = link.open().catch(() => {});
  const first = socket();
  await clock.advance(8000 + 300);
  await open;
  socket().welcome();
  first.welcome({ resumeToken: "of yesterday" });
  first.say({ type: "call-ringing", seq: 1, from: "bob", callId: "c1", data: {} });
  first.end();
  expect([states.at(-1), messages, link.resumption?.token]).toEqual(["online", [], "r1"]);
});

test("an id that stays in use is refused; one of a page that was loaded again is not", async () => {
  const { link, socket, clock, states } = rig();
  const open = link.open().catch((error: { code: string }) => error.code);
  socket().end(4409);
  await clock.advance(300);
  socket().end(4409);
  await clock.advance(600);
  socket().welcome();
  await open;
  expect(states.at(-1)).toBe("online");
  await clock.advance(60_000);
  socket().end(4410);
  expect(states.at(-1)).toBe("closed hub-duplicate-id");
});

test("what waits is bounded: the oldest goes first", async () => {
  const { link, socket } = rig();
  for (let index = 0; index < 300; index++) link.send(ringing(`c${index}`));
  const open = link.open();
  socket().welcome();
  await open;
  expect(socket().sent).toHaveLength(256);
});

test("two links talk over a real hub, through the hub's end and another one's start", async () => {
  const start = async (port: number): Promise<Hub> => {
    const hub = createHub({ port, host: "127.0.0.1", allowedOrigins: "*" });
    hubs.push(hub);
    await hub.ready;
    return hub;
  };
  const first = await start(0);
  const heard: string[] = [];
  const online: string[] = [];
  const make = (id: string) => {
    const link = new SignalLink(
      { hub: first.url, id, WebSocket: WebSocket as unknown as new (url: string, protocols: string[]) => LinkSocket },
      {
        message: (message) => message.callId !== undefined && heard.push(`${id} ${message.type}`),
        welcome: () => {},
        state: (state) => online.push(`${id} ${state}`),
      },
    );
    links.push(link);
    return link;
  };
  const [alice, bob] = [make("alice"), make("bob")];
  await Promise.all([alice.open(), bob.open()]);
  alice.send({ type: "call-request", to: "bob", callId: "call-1", data: {} });
  await expect.poll(() => heard).toContain("bob call-request");
  const port = Number(new URL(first.url).port);
  await first.close({ deadlineMs: 100 });
  bob.send({ type: "call-accept", to: "alice", callId: "call-1", data: {} });
  online.length = 0;
  await start(port);
  await expect.poll(() => online.filter((what) => what.endsWith("online")).length, { timeout: 20_000 }).toBe(2);
  bob.send({ type: "hold", to: "alice", callId: "call-1", data: { held: true } });
  await expect.poll(() => heard, { timeout: 10_000 }).toContain("alice hold");
}, 60_000);
