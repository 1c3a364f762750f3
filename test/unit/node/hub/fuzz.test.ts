import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSignal } from "../../../../lib/protocol/index.ts";
import { makeBoard, nobody, type Phone } from "./board.ts";

const ids = ["alice", "bob", "carol", "old one"] as const;
const types = [
  ...["call-request", "call-ringing", "call-accept", "call-reject", "offer", "answer", "candidate", "hangup"],
  ...[
    "hold",
    "dtmf",
    "call-redirect",
    "call-transfer",
    "presence",
    "presence-list",
    "presence-subscribe",
    "ice-servers-request",
  ],
  ...["ice-servers-response", "welcome", "error", "constructor", ""],
];
const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
const data = fc.oneof(
  junk,
  fc.constantFrom(
    { sdp: "v=0" },
    { target: "carol" },
    { code: "busy" },
    { held: true },
    { digits: "1" },
    { status: "away" },
    { metadata: { n: 1e15 } },
    null,
    {},
  ),
);
const message = fc
  .record({
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, junk),
    to: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ids, "nobody", undefined) }, junk),
    from: fc.constantFrom("mallory", undefined),
    callId: fc.oneof({ weight: 9, arbitrary: fc.constantFrom("c1", "c2", "c3", undefined) }, junk),
    seq: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, junk),
    data,
  })
  .map((fields) => JSON.stringify(fields));

const step = fc.record({
  who: fc.nat(ids.length - 1),
  act: fc.oneof(
    { weight: 20, arbitrary: message.map((text) => ({ say: text })) },
    { weight: 2, arbitrary: fc.string().map((text) => ({ say: text })) },
    { weight: 2, arbitrary: fc.constantFrom({ lose: true }, { back: true }, { reload: true }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((wait) => ({ wait })) },
  ),
});

describe("whatever clients say and however they come and go", () => {
  it("the hub throws nothing, says nothing that cannot be read, and forgets them in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const rate = { perSecond: 1000, burst: 1000 };
        const { board, clock, phone, log } = makeBoard({ messageRate: rate, callRate: rate, maxCallsPerClient: 3 });
        const come = (index: number, resume?: string): Phone => {
          const id = ids[index]!;
          return phone(id, { plain: id === "old one", ...(resume !== undefined && { resume }) });
        };
        const phones: Phone[] = ids.map((_, index) => come(index));
        const tokens = ids.map((id, index) => (id === "old one" ? "" : phones[index]!.welcome.resumeToken));
        for (const { who, act } of steps) {
          const self = phones[who]!;
          if ("say" in act) self.say(act.say);
          else if ("lose" in act) self.lose();
          else if ("wait" in act) await clock.advance(act.wait);
          else {
            self.lose();
            phones[who] = come(who, "back" in act ? tokens[who] : undefined);
          }
          for (const [index, { id, texts }] of phones.entries()) {
            for (const text of texts.splice(0)) {
              const { type, from, data: told } = decodeSignal(text);
              expect(from).not.toBe("mallory");
              if (type === "welcome") tokens[index] = (told as { resumeToken: string }).resumeToken;
              else if (type === "call-request") expect(from).not.toBe(id);
            }
          }
          const { now } = board.stats();
          expect(now.ringing + now.established).toBeLessThanOrEqual((3 * ids.length) / 2);
        }
        for (const one of phones) one.lose();
        await clock.advance(60_000);
        expect(board.stats().now).toEqual(nobody);
        expect(board.stats().calls).toBe(Object.values(board.stats().ended).reduce((sum, count) => sum + count, 0));
        expect(log.join("\n")).not.toContain("v=0");
      }),
      { seed: 42, numRuns: 80 },
    );
  });
});
