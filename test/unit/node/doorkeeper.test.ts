import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { addressKey } from "../../../lib/node/address-key.ts";
import { AddressRates } from "../../../lib/node/address-rates.ts";
import { Doorkeeper } from "../../../lib/node/doorkeeper.ts";
import { TokenBucket } from "../../../lib/node/token-bucket.ts";
import { afterwards, serve, upgrade } from "./server-rig.ts";
import { until } from "./voice-side.ts";

const from = (address: string) => ({ address });

describe("a rate", () => {
  it("allows a burst, then so many a second, and says how long to wait", () => {
    const bucket = new TokenBucket({ perSecond: 4, burst: 2 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false]);
    expect(bucket.waitMs(0)).toBe(250);
    expect(bucket.take(249)).toBe(false);
    expect(bucket.take(250)).toBe(true);
    expect([bucket.isFull(700), bucket.isFull(750)]).toEqual([false, true]);
    expect([bucket.take(1e6), bucket.take(1e6), bucket.take(1e6)]).toEqual([true, true, false]);
  });

  it("gives nothing away when the clock goes back", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000);
    expect([bucket.take(10_000), bucket.take(5000), bucket.take(9999), bucket.take(11_000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it("is refused where it allows nothing", () => {
    expect(() => new TokenBucket({ perSecond: 0, burst: 1 }, 0)).toThrow(RangeError);
    expect(() => new TokenBucket({ perSecond: 1, burst: 0 }, 0)).toThrow(RangeError);
  });
});

describe("addresses", () => {
  it("are counted by IPv4 address and by IPv6 subscriber", () => {
    expect(addressKey("192.0.2.7")).toBe("192.0.2.7");
    expect(addressKey("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(addressKey("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(addressKey("2001:DB8:0001:2::9")).toBe("2001:db8:1:2::/64");
    expect(addressKey("2001:db8::1")).toBe("2001:db8:0:0::/64");
    expect(addressKey("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(addressKey("::1")).toBe("0:0:0:0::/64");
    expect(addressKey("")).toBe("");
  });

  it("are remembered in bounded number, those that ask often longest", () => {
    const rates = new AddressRates({ perSecond: 0.001, burst: 2 });
    for (let i = 0; i < 2; i++) expect(rates.take("greedy", 0)).toBe(0);
    for (let i = 0; i < 20_000; i++) {
      rates.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
      if (i % 5000 === 0) expect(rates.take("greedy", 0)).toBeGreaterThan(0);
    }
    expect(rates.size).toBe(10_000);
    expect(rates.take("greedy", 0)).toBeGreaterThan(0);
  });

  it("that were let in again are forgotten by and by", () => {
    const rates = new AddressRates({ perSecond: 1, burst: 1 });
    for (let i = 0; i < 10_001; i++) rates.take(`a${i}`, 0);
    rates.take("b", 5000);
    expect(rates.size).toBe(1);
  });
});

describe("the doorkeeper", () => {
  it("counts who is inside, by address", () => {
    const door = new Doorkeeper({ maxSessions: 3, maxSessionsPerAddress: 2 });
    door.enter("192.0.2.1");
    door.enter("::ffff:192.0.2.1");
    expect(door.capacity(from("192.0.2.1"))).toMatchObject({ cause: "full", status: 503 });
    expect(door.capacity(from("192.0.2.2"))).toBeUndefined();
    door.enter("192.0.2.2");
    expect(door.capacity(from("192.0.2.3"))).toMatchObject({ cause: "full" });
    door.leave("192.0.2.1");
    expect(door.capacity(from("192.0.2.1"))).toBeUndefined();
  });

  it("remembers nobody who has left", () => {
    const door = new Doorkeeper({});
    const comers = Array.from({ length: 50 }, (_, i) => `192.0.2.${i % 25}`);
    for (const address of comers) door.enter(address);
    expect(door.addresses).toBe(25);
    for (const address of comers) door.leave(address);
    expect(door.addresses).toBe(0);
  });

  it("lets nobody in once it has closed", () => {
    const door = new Doorkeeper({ retryAfterSeconds: 9 });
    door.closed = true;
    const refusal = { cause: "closing", status: 503, headers: { "Retry-After": "9" } };
    expect(door.turnAway(from("a"))).toMatchObject(refusal);
    expect(door.capacity(from("a"))).toMatchObject(refusal);
  });

  it("answers 429 with the time to wait when an address calls too often", () => {
    const door = new Doorkeeper({ upgradeRate: { perSecond: 0.1, burst: 1 } });
    expect(door.turnAway(from("192.0.2.1"), 0)).toBeUndefined();
    expect(door.turnAway(from("192.0.2.1"), 1000)).toMatchObject({
      cause: "rate",
      status: 429,
      headers: { "Retry-After": "9" },
    });
    expect(door.turnAway(from("192.0.2.2"), 1000)).toBeUndefined();
    expect(door.turnAway(from("192.0.2.1"), 10_000)).toBeUndefined();
  });
});

describe("a voice server with a rate of upgrades", () => {
  it("refuses before it looks at credentials, and counts it", async () => {
    let asked = 0;
    const { url, server } = await serve({
      upgradeRate: { perSecond: 0.001, burst: 2 },
      authorize: () => {
        asked++;
        return false;
      },
    });
    const answers = [await upgrade(url), await upgrade(url), await upgrade(url)];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(Number(answers[2]!.headers["retry-after"])).toBeGreaterThan(900);
    expect(asked).toBe(2);
    expect(server.stats().refused).toMatchObject({ credentials: 2, rate: 1 });
  });
});

describe("a voice server with room for two", () => {
  it("lets two in, however many were checked at the same time", async () => {
    let proceed = (): void => {};
    const gate = new Promise<boolean>((resolve) => {
      proceed = () => resolve(true);
    });
    const { url, server } = await serve({ maxSessions: 2, authorize: () => gate });
    const answers = Array.from({ length: 6 }, () => statusOf(url));
    await until(() => server.stats().pendingUpgrades === 6);
    proceed();
    expect((await Promise.all(answers)).sort()).toEqual([101, 101, 503, 503, 503, 503]);
    expect(server.stats()).toMatchObject({ sessions: 2, accepted: 2, refused: { full: 4 } });
  });
});

/** Stays on where it is let in. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, ["rtvbp.v1"]);
    afterwards(() => socket.terminate());
    socket.on("error", () => {});
    socket.once("open", () => resolve(101));
    socket.once("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0));
  });
}
