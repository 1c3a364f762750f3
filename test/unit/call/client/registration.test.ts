import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Registration, type RegistrationHost } from "../../../../lib/call/client/registration.ts";
import { site, turn } from "./fake-locks.ts";
import { FakeSocket } from "./fake-socket.ts";

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  vi.stubGlobal("navigator", { locks: site().locks });
  process.on("unhandledRejection", note);
});
const open: Registration[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await turn();
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
  FakeSocket.made = [];
  vi.unstubAllGlobals();
});

/** One tab of alice's; `socket` is the one it made last. */
function tab(host: Pick<Partial<RegistrationHost>, "busy"> = {}) {
  const states: string[] = [];
  const registration = new Registration(
    { hub: "wss://hub.example/hub", id: "alice", link: { WebSocket: FakeSocket, random: () => 1 } },
    {
      message: () => {},
      welcome: () => {},
      changed: (state) => void states.push(state),
      get busy() {
        return host.busy ?? false;
      },
    },
  );
  open.push(registration);
  return { registration, states };
}

const socket = (): FakeSocket => FakeSocket.made.at(-1)!;

async function online(): Promise<ReturnType<typeof tab>> {
  const one = tab();
  const connected = one.registration.connect();
  await turn();
  socket().welcome();
  await connected;
  return one;
}

/** As a BroadcastChannel of Node delivers: in a task of its own. */
const until = (state: string, { registration }: ReturnType<typeof tab>): Promise<void> =>
  vi.waitFor(() => expect(registration.state).toBe(state), { timeout: 10_000 });

test("a client that is closed while it connects stays closed, and leaves the place to one made anew", async () => {
  const first = tab();
  const connecting = first.registration.connect();
  first.registration.close();
  await expect(connecting).rejects.toMatchObject({ code: "hub-closed" });
  const second = tab();
  const connected = second.registration.connect();
  await turn();
  socket().welcome();
  await connected;
  const third = tab();
  const refused = third.registration.connect();
  third.registration.close();
  await expect(refused).rejects.toMatchObject({ code: "hub-closed" });
  await turn();
  expect([first.states, second.states, third.states]).toEqual([["closed"], ["connecting", "online"], ["closed"]]);
});

test("a client made anew in the same page has the place, though the one before had only just asked for it", async () => {
  const first = tab();
  first.registration.connect().catch(() => {});
  first.registration.close();
  const second = tab();
  void second.registration.connect();
  await vi.waitFor(() => expect(FakeSocket.made.length).toBe(1), { timeout: 10_000 });
  socket().welcome();
  expect(second.registration.state).toBe("online");
});

test("a tab that gave its place away connects again when the other one is closed", async () => {
  const first = await online();
  const second = tab();
  await second.registration.connect();
  expect(second.registration.state).toBe("standby");
  const taken = second.registration.takeOver();
  await until("connecting", second);
  expect(first.registration.state).toBe("standby");
  await first.registration.connect(); // it stands by: that is as connected as it can be
  socket().welcome();
  await taken;
  expect(second.registration.state).toBe("online");
  second.registration.close();
  await until("connecting", first);
  const connected = first.registration.connect();
  socket().welcome();
  await connected;
  expect(first.states).toEqual(["connecting", "online", "standby", "connecting", "online"]);
});

test("a tab that gave its place away is closed, or finds the hub gone, without anybody hearing of an error", async () => {
  for (const how of ["closed", "hub gone"]) {
    const first = await online();
    const second = tab();
    await second.registration.connect();
    const taken = second.registration.takeOver();
    taken.catch(() => {});
    await until("connecting", second);
    if (how === "hub gone") {
      second.registration.close();
      await until("connecting", first);
      socket().end();
      await turn();
      expect(first.registration.state).toBe("connecting");
    }
    first.registration.close();
    second.registration.close();
    await turn();
  }
});

test("a tab that has a call keeps its place, and the one that asks hears so", async () => {
  let asked = 0;
  const first = tab({
    get busy() {
      asked++;
      return true;
    },
  });
  const connected = first.registration.connect();
  await turn();
  socket().welcome();
  await connected;
  const second = tab();
  await second.registration.connect();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const refused = expect(second.registration.takeOver()).rejects.toMatchObject({ code: "client-elsewhere" });
    const asking = vi.getTimerCount();
    for (let turns = 0; turns < 10_000 && asked === 0; turns++) await turn();
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(3000);
    await refused;
    expect([asking, vi.getTimerCount()]).toEqual([1, 0]);
    const given = second.registration.takeOver().catch(({ code }: { code: string }) => code);
    second.registration.close();
    expect([await given, vi.getTimerCount()]).toEqual(["hub-closed", 0]);
  } finally {
    vi.useRealTimers();
  }
  expect([first.registration.state, second.states]).toEqual(["online", ["standby", "closed"]]);
});

test("a tab that the hub refuses leaves the place to another one, and may try again", async () => {
  const first = tab();
  const connecting = first.registration.connect();
  await turn();
  socket().end(4401);
  await expect(connecting).rejects.toMatchObject({ code: "hub-refused" });
  expect(first.states).toEqual(["connecting", "offline"]);
  await turn();
  const second = tab();
  void second.registration.connect();
  await turn();
  socket().welcome();
  expect(second.registration.state).toBe("online");
  second.registration.close();
  await turn();
  const again = first.registration.connect();
  await turn();
  socket().welcome();
  await again;
  expect(first.registration.state).toBe("online");
  socket().end(4401); // refused later, when nobody waits for it
  expect(first.registration.state).toBe("offline");
  const once = first.registration.connect();
  await turn();
  socket().welcome();
  await once;
  expect(first.registration.state).toBe("online");
});
