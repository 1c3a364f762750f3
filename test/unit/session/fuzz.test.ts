import fc from "fast-check";
import { expect, it } from "vitest";
import { babelforceV1 } from "../../../lib/protocol/index.ts";
import { Session } from "../../../lib/session/index.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { call, endsOf, offer, RawPeer, turns } from "./pair.ts";

const names = [...Object.keys(babelforceV1.operations), ...Object.keys(babelforceV1.events), "no.such", "__proto__"];
const ids = fc.constantFrom("1", "2", "3", "a", "b", "", "\ud800", "__proto__");
const value = fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.constant(2 ** 53), fc.constant("\udc00"), ids);
const payload = fc.dictionary(
  fc.constantFrom("reason", "keys", "data", "t0", "id", "seq", "digit", "audio_codec", "len", "call", "__proto__"),
  value,
);
const message = fc.record(
  {
    version: fc.constantFrom("1", "1", "1", "1", 2, null),
    id: fc.oneof(ids, value),
    method: fc.oneof(fc.constantFrom(...names), value),
    event: fc.oneof(fc.constantFrom(...names), value),
    response: fc.oneof(ids, value),
    params: fc.oneof(payload, value),
    data: fc.oneof(payload, value),
    result: fc.oneof(payload, value),
    error: fc.oneof(fc.record({ code: value, message: value }), value),
  },
  { requiredKeys: ["version"] },
);
const spelled = fc.tuple(message, fc.nat(400), fc.integer({ min: 0, max: 9 })).map(([fields, cut, how]) => {
  const text = JSON.stringify(fields);
  if (how === 0) return text.slice(0, cut);
  if (how === 1) return `${"[".repeat(cut)}${text}`;
  if (how === 2) return text.replaceAll('"', "\0");
  if (how === 3) return text.replace(/\d+/, "1e999");
  return text;
});

it("survives anything a peer may say, in either role: exactly one end, and no answer that cannot be read", async () => {
  const unhandled: unknown[] = [];
  const catchUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", catchUnhandled);
  let sent = 0;
  let cutOff = 0;
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(spelled, { minLength: 1, maxLength: 25 }), async (voice, texts) => {
      const [near, far] = createMemoryTransportPair();
      const session = new Session({ role: voice ? "voice" : "application", transport: near });
      const ends = endsOf(session);
      const peer = new RawPeer(far);
      await session.start();
      if (voice) {
        session.handle("session.get", () => ({}));
        session.handle("call.hangup", () => ({}));
        session.initialize(offer).catch(() => undefined);
      }
      for (const text of texts) {
        if (far.closed) break;
        peer.send(text);
        sent++;
        await turns(6);
      }
      if (session.end) cutOff++;
      await session.close();
      await turns();
      expect(ends.events).toHaveLength(1);
      expect(ends.promised).toEqual(ends.events);
      expect(session.stats()).toMatchObject({ pendingRequests: 0, queuedMessages: 0 });
      expect([near.closed, far.closed]).toEqual([true, true]);
      for (const answer of peer.messages) expect(answer.version).toBe("1");
    }),
    { numRuns: 400, seed: 3 },
  );
  await new Promise((resolve) => setTimeout(resolve, 0)); // rejections are reported after the microtasks
  process.off("unhandledRejection", catchUnhandled);
  expect(unhandled).toEqual([]);
  expect(sent).toBeGreaterThan(2000);
  expect(cutOff).toBeGreaterThan(5);
  const { voice, application } = await call();
  voice.handle("session.get", () => ({ honest: true }));
  expect(await application.request("session.get", { keys: [] })).toEqual({ honest: true });
  await voice.close();
});
