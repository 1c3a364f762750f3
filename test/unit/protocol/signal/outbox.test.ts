import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeSignal,
  hubSubprotocols,
  hubUrl,
  parseSubprotocols,
  resumptionOf,
  SignalInbox,
  SignalOutbox,
} from "../../../../lib/protocol/index.ts";

const digits = (text: string) => ({ type: "dtmf", to: "b", callId: "c", data: { digits: text } }) as const;
const numbers = (texts: readonly string[] | undefined) => texts?.map((text) => decodeSignal(text).seq);

describe("an outbox", () => {
  it("numbers what it sends, and sends again what did not arrive", () => {
    const outbox = new SignalOutbox();
    for (const text of "1234") outbox.add(digits(text));
    expect(numbers(outbox.after(0))).toEqual([1, 2, 3, 4]);
    expect(numbers(outbox.after(3))).toEqual([4]);
    expect(outbox.after(4)).toEqual([]);
    outbox.arrived(2);
    expect(numbers(outbox.after(2))).toEqual([3, 4]);
    expect(outbox.after(1)).toBeUndefined();
    expect(outbox.after(5)).toBeUndefined();
    outbox.arrived(4);
    expect(outbox.characters).toBe(0);
  });

  it("keeps no more than it may, and says when that is not enough", () => {
    const { length } = new SignalOutbox().add(digits("1"));
    const outbox = new SignalOutbox(2 * length);
    for (const text of "123") outbox.add(digits(text));
    expect(outbox.characters).toBe(2 * length);
    expect(outbox.after(0)).toBeUndefined();
    expect(numbers(outbox.after(1))).toEqual([2, 3]);
  });

  it("delivers everything once and in order over connections that break anywhere", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("send", "deliver", "break", "confirm"), { maxLength: 80 }), (steps) => {
        const [outbox, inbox] = [new SignalOutbox(), new SignalInbox()];
        let wire: string[] = [];
        let sent = 0;
        const got: string[] = [];
        const deliver = (): void => {
          const text = wire.shift();
          const message = text === undefined ? undefined : decodeSignal(text);
          if (message?.type === "dtmf" && inbox.take(message)) got.push(message.data.digits);
        };
        for (const step of steps) {
          if (step === "send") wire.push(outbox.add(digits(`${++sent}`)));
          else if (step === "deliver") deliver();
          else if (step === "confirm") outbox.arrived(inbox.last);
          else wire = [...outbox.after(inbox.last)!]; // what was on its way is lost
        }
        while (wire.length > 0) deliver();
        expect(got).toEqual(Array.from({ length: sent }, (_, index) => `${index + 1}`));
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe("the address of a hub", () => {
  it("carries who dials, beside what it holds already", () => {
    expect(hubUrl("wss://example.org/hub?room=1", { id: "alice smith" })).toBe(
      "wss://example.org/hub?room=1&id=alice+smith",
    );
    expect(hubUrl("wss://example.org/hub", { id: "a", contactsOnly: true })).toBe(
      "wss://example.org/hub?id=a&presence=contacts",
    );
    expect(hubUrl("wss://example.org/hub", { id: "a", displayName: "Ä" })).toBe(
      "wss://example.org/hub?id=a&name=%C3%84",
    );
  });

  it("is offered together with the credential", () => {
    expect(parseSubprotocols(hubSubprotocols("s3cret").join(", "))).toEqual({
      tokens: ["voicebridge.hub.v1"],
      bearer: "s3cret",
    });
  });

  it("is offered together with the place that is resumed, whatever its token is made of", () => {
    const place = { token: "Ä, =?/ t0ken", seen: 40_000 };
    const { tokens, bearer } = parseSubprotocols(hubSubprotocols("s3cret", place).join(", "));
    expect(bearer).toBe("s3cret");
    expect(tokens[0]).toBe("voicebridge.hub.v1");
    expect(resumptionOf(tokens)).toEqual(place);
    for (const odd of [
      "resume.",
      "resume..dA",
      "resume.x.dA",
      "resume.1.====",
      "resume.1._w",
      `resume.${"9".repeat(16)}.dA`,
    ])
      expect(resumptionOf(["voicebridge.hub.v1", odd]), odd).toBeUndefined();
  });
});

it("an inbox takes each number once, what was sent again not, and what has no number always", () => {
  const inbox = new SignalInbox(2);
  expect([2, 3, 3, 1, 5, 5, 4].map((seq) => inbox.take({ seq }))).toEqual([
    false,
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
  expect([inbox.take({}), inbox.take({}), inbox.last]).toEqual([true, true, 5]);
});
