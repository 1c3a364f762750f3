import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classicV1, encodeFrame, type Frame, MalformedError, maxTextLength } from "../../../lib/protocol/index.ts";

function refusal(text: string): MalformedError {
  try {
    classicV1.decode(text);
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
  throw new Error(`was read: ${text.slice(0, 80)}`);
}

const message = (fields: string): string => `{"version":"1",${fields}}`;

describe("classic.v1 reading", () => {
  it("keeps a missing result, null and {} apart", () => {
    expect(classicV1.decode(message(`"response":"a"`))).toEqual({ kind: "result", response: "a" });
    expect(classicV1.decode(message(`"response":"a"`))).not.toHaveProperty("result");
    expect(classicV1.decode(message(`"response":"a","result":null`))).toEqual({
      kind: "result",
      response: "a",
      result: null,
    });
    expect(classicV1.decode(message(`"response":"a","result":{}`))).toEqual({
      kind: "result",
      response: "a",
      result: {},
    });
  });

  it("decides by event, then method, then response", () => {
    const all = `"id":"1","response":"r","method":"m","event":"e"`;
    expect(classicV1.decode(message(all)).kind).toBe("event");
    expect(classicV1.decode(message(`"id":"1","response":"r","method":"m"`)).kind).toBe("request");
    expect(classicV1.decode(message(`"id":"1","response":"r"`)).kind).toBe("result");
    expect(classicV1.decode(message(`"id":"1","event":"","method":"m"`)).kind).toBe("request");
  });

  it("lets the last of two equal names stand, as the deployed peers do", () => {
    expect(classicV1.decode(message(`"id":"1","id":"2","method":"a","method":"b"`))).toEqual({
      kind: "request",
      id: "2",
      method: "b",
    });
  });

  it("ignores unknown fields, whatever is in them", () => {
    const frame = classicV1.decode(message(`"id":"1","method":"m","x":1e999,"y":{"z":"\\ud800"}`));
    expect(frame).toEqual({ kind: "request", id: "1", method: "m" });
  });

  it("reads an error with its extra data under any, and error:null as none", () => {
    const text = message(`"response":"a","error":{"code":400,"message":"no","any":{"k":[1]},"data":2}`);
    expect(classicV1.decode(text)).toEqual({
      kind: "error",
      response: "a",
      error: { code: 400, message: "no", any: { k: [1] } },
    });
    expect(classicV1.decode(message(`"response":"a","result":{},"error":null`)).kind).toBe("result");
  });

  it.each([
    ["", "protocol-json", ""],
    ["null", "protocol-json", ""],
    ["[]", "protocol-json", ""],
    ['"text"', "protocol-json", ""],
    ['{"version":"1"', "protocol-json", ""],
    ["\0", "protocol-json", ""],
    ["{}", "protocol-version", "version"],
    ['{"version":1,"id":"1","method":"m"}', "protocol-version", "version"],
    ['{"version":"2","id":"1","method":"m"}', "protocol-version", "version"],
    [message(`"id":"1"`), "protocol-kind", ""],
    [message(`"id":"1","method":7`), "protocol-field", "method"],
    [message(`"id":"1","event":""`), "protocol-field", "event"],
    [message(`"id":"1","method":"\\ud83d"`), "protocol-text", "method"],
    [message(`"method":"m"`), "protocol-field", "id"],
    [message(`"id":7,"method":"m"`), "protocol-field", "id"],
    [message(`"id":"","event":"e"`), "protocol-field", "id"],
    [message(`"response":"a","error":"bad"`), "protocol-field", "error"],
    [message(`"response":"a","error":{}`), "protocol-field", "error.code"],
    [message(`"response":"a","error":{"code":0,"message":"m"}`), "protocol-field", "error.code"],
    [message(`"response":"a","error":{"code":9007199254740993,"message":"m"}`), "protocol-number", "error.code"],
    [message(`"response":"a","error":{"code":400,"message":""}`), "protocol-field", "error.message"],
    [message(`"response":"a","error":{"code":400,"message":"m","any":{"n":1e400}}`), "protocol-number", "error.any.n"],
  ])("refuses %j with %s at %j", (text, code, path) => {
    const error = refusal(text);
    expect([error.code, error.path]).toEqual([code, path]);
    expect(error.status).toBe(400);
    expect(error.message).toContain(error.expected);
  });

  it("names the request that can still be answered, and never an event or a response", () => {
    expect(refusal('{"version":"9","id":"q7","method":"m"}').requestId).toBe("q7");
    expect(refusal('{"version":"9","id":"q7","event":"m"}').requestId).toBeUndefined();
    expect(refusal('{"version":"9","response":"q7"}').requestId).toBeUndefined();
    expect(refusal(message(`"id":"\\ud800","method":"m"`)).requestId).toBeUndefined();
  });

  it("refuses a message that is too long before reading it", () => {
    expect(refusal(`{"pad":"${"x".repeat(maxTextLength)}"}`).code).toBe("protocol-size");
    const longest = '{"version":"1","id":"1","event":"dtmf","data":null}'.padEnd(maxTextLength);
    expect(classicV1.decode(longest)).toMatchObject({ event: "dtmf" });
    expect(refusal(`${longest} `).code).toBe("protocol-size");
  });

  it("survives nesting as deep as a message can hold", () => {
    const half = maxTextLength / 2 - 40;
    const deep = message(`"id":"1","method":"m","params":${"[".repeat(half)}${"]".repeat(half)}`);
    const frame = classicV1.decode(deep);
    expect(() => encodeFrame(frame)).toThrow(expect.objectContaining({ code: "protocol-depth" }));
  });

  it("throws nothing but MalformedError for any text", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.json({ maxDepth: 4 }),
      fc
        .record(
          {
            version: fc.constantFrom("1", "1", "1", 1, null),
            id: fc.oneof(fc.string(), fc.jsonValue()),
            method: fc.oneof(fc.string(), fc.jsonValue()),
            event: fc.oneof(fc.string(), fc.jsonValue()),
            response: fc.oneof(fc.string(), fc.jsonValue()),
            params: fc.jsonValue(),
            data: fc.jsonValue(),
            result: fc.jsonValue(),
            error: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          classicV1.decode(text);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe("classic.v1 writing", () => {
  it("refuses what a peer would refuse", () => {
    expect(() => classicV1.request("", "m")).toThrow(MalformedError);
    expect(() => classicV1.event("1", "")).toThrow(MalformedError);
    expect(() => classicV1.result("")).toThrow(MalformedError);
    expect(() => classicV1.error("1", { code: 0, message: "m" })).toThrow(/error\.code/);
    expect(() => classicV1.error("1", { code: 1.5, message: "m" })).toThrow(/error\.code/);
    expect(() => classicV1.error("1", { code: 1, message: "" })).toThrow(/error\.message/);
  });

  it("writes open values with their keys in the byte order of UTF-8", () => {
    const keys = ["b", "a", "10", "9", "", "ä", "A", "\uffee", "😀", "aa", "\ue000", "__proto__", "\u0000"];
    const data = Object.fromEntries(keys.map((key) => [key, 0]));
    Object.defineProperty(data, "__proto__", { value: 0, enumerable: true, configurable: true });
    const text = encodeFrame({ kind: "event", id: "1", event: "e", data });
    const order = [...text.slice(text.indexOf('"data":')).matchAll(/("(?:[^"\\]|\\.)*"):0/g)].map(
      ([, key]) => JSON.parse(key!) as string,
    );
    expect(order).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it("survives a round trip with any payload", () => {
    const frame: fc.Arbitrary<Frame> = fc
      .tuple(
        fc.string({ minLength: 1, unit: "grapheme" }),
        fc.option(fc.jsonValue({ noUnicodeString: false }), { nil: undefined }),
      )
      .map(([id, params]) => ({ kind: "request", id, method: "m", ...(params === undefined ? {} : { params }) }));
    fc.assert(
      fc.property(frame, (value) => {
        let text: string;
        try {
          text = encodeFrame(value);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^protocol-(number|text)$/) });
          return;
        }
        expect(classicV1.decode(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(encodeFrame(classicV1.decode(text))).toBe(text);
      }),
      { numRuns: 400, seed: 11 },
    );
  });
});
