import { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StreamWire } from "../../../../lib/node/wire/stream-wire.ts";
import { clientFrame } from "./client-frame.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A wire to a peer that has said goodbye, and leaves the connection open. */
async function parted(side: "client" | "server") {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _, done) => done(), allowHalfOpen: true });
  const ends: string[] = [];
  const wire = new StreamWire(stream, { side, maxMessageBytes: 1000 });
  wire.listen({ text: () => {}, frame: () => {}, close: (code, reason) => ends.push(`${code} ${reason}`) });
  const goodbye = Buffer.from([1000 >> 8, 1000 & 255, ...Buffer.from("bye")]);
  stream.push(side === "server" ? clientFrame({ first: 0x88, payload: goodbye }) : Buffer.from([0x88, 5, ...goodbye]));
  await settle();
  return { stream, ends };
}

test.each(["client", "server"] as const)(
  "a %s does not wait for ever for the end of a connection over which goodbye was said",
  async (side) => {
    const { stream, ends } = await parted(side);
    vi.advanceTimersByTime(4999);
    await settle();
    expect([stream.destroyed, ends]).toEqual([false, []]);
    vi.advanceTimersByTime(1);
    await settle();
    expect([stream.destroyed, ends]).toEqual([true, ["1000 bye"]]);
  },
);

test.each(["client", "server"] as const)("a %s waits no longer than it takes", async (side) => {
  const { stream, ends } = await parted(side);
  expect(vi.getTimerCount()).toBe(1);
  stream.destroy();
  await settle();
  expect([ends, vi.getTimerCount()]).toEqual([["1000 bye"], 0]);
});
