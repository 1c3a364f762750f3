import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeSignal,
  encodeSignal,
  isClientId,
  MalformedError,
  maxSignalLength,
  type SignalMessage,
  type SignalType,
} from "../../../../lib/protocol/index.ts";
import { signalData } from "../../../../lib/protocol/signal/messages.ts";

function refusal(text: string): MalformedError {
  try {
    decodeSignal(text);
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
  throw new Error(`was read: ${text.slice(0, 80)}`);
}

const text = (maxLength: number) =>
  fc.string({ unit: "grapheme", maxLength }).filter((value) => value.length <= maxLength);
const id = text(20).filter(isClientId);
const status = fc.constantFrom("available", "busy", "do-not-disturb", "away");
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });
const sdp = fc.record({ sdp: text(200) });

/** What each type may carry. The compiler asks for the ones that are missing. */
const payloads: { readonly [T in SignalType]: fc.Arbitrary<unknown> } = {
  "call-request": some({
    media: fc.constant("audio"),
    displayName: text(40),
    metadata: fc.dictionary(text(8), fc.oneof(text(8), fc.integer(), fc.boolean(), fc.constant(null))),
    replaces: id,
    codecs: fc.array(text(10), { maxLength: 4 }),
  }),
  "call-ringing": fc.constant({}),
  "call-accept": some({ displayName: text(40) }),
  "call-reject": fc.record({ code: text(20), reason: text(40) }, { requiredKeys: ["code"] }),
  offer: sdp,
  answer: sdp,
  candidate: fc.option(
    fc.record(
      {
        candidate: text(80),
        sdpMid: text(4),
        sdpMLineIndex: fc.nat(9),
        usernameFragment: text(8),
      },
      { requiredKeys: ["candidate"] },
    ),
  ),
  hangup: some({ reason: text(40) }),
  hold: fc.record({ held: fc.boolean(), transfer: fc.constant("refused") }, { requiredKeys: ["held"] }),
  dtmf: fc.record({ digits: text(10), audible: fc.boolean() }, { requiredKeys: ["digits"] }),
  "call-redirect": fc.record({ target: id, reason: text(40) }, { requiredKeys: ["target"] }),
  "call-transfer": fc.record({ target: id, replaces: id }, { requiredKeys: ["target"] }),
  "call-resume": some({ leaving: fc.boolean() }),
  presence: fc.record(
    { status: fc.oneof(status, fc.constant("offline")), displayName: text(40) },
    { requiredKeys: ["status"] },
  ),
  "presence-list": fc.record(
    {
      clients: fc.array(
        fc.record(
          { id, status: fc.oneof(status, fc.constant("offline")), displayName: text(20) },
          { requiredKeys: ["id", "status"] },
        ),
        { maxLength: 4 },
      ),
      whole: fc.boolean(),
    },
    { requiredKeys: ["clients"] },
  ),
  "presence-subscribe": fc.record({ ids: fc.array(id, { maxLength: 4 }) }),
  "ice-servers-request": fc.constant({}),
  "ice-servers-response": fc.record({
    iceServers: fc.array(
      fc.record(
        { urls: fc.array(text(30), { maxLength: 3 }), username: text(20), credential: text(20) },
        { requiredKeys: ["urls"] },
      ),
      { maxLength: 3 },
    ),
    ttlSeconds: fc.nat(),
  }),
  welcome: fc.record({
    id,
    resumeToken: text(40),
    ringTimeoutMs: fc.nat(),
    graceMs: fc.nat(),
    resumed: fc.boolean(),
    received: fc.nat(),
  }),
  error: fc.record({
    code: fc.constantFrom("unavailable", "busy", "duplicate-id", "rate-limited", "bad-request"),
    message: text(80),
  }),
};
const types = Object.keys(signalData) as SignalType[];
const messages = fc
  .constantFrom(...types)
  .chain((type) =>
    fc.record(
      { type: fc.constant(type), to: id, from: id, callId: id, seq: fc.nat(), data: payloads[type] },
      { requiredKeys: ["type", "callId", "data"] },
    ),
  ) as fc.Arbitrary<SignalMessage>;

describe("a signalling message", () => {
  it("is read as it was written, whatever its type", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const written = encodeSignal(message);
        expect(decodeSignal(written)).toEqual(JSON.parse(JSON.stringify(message)));
        expect(encodeSignal(decodeSignal(written))).toBe(written);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it("is written in one order of fields", () => {
    const data = { code: "busy", reason: "in a call" };
    expect(encodeSignal({ data, callId: "c1", from: "bob", to: "alice", seq: 3, type: "call-reject" })).toBe(
      '{"type":"call-reject","seq":3,"to":"alice","from":"bob","callId":"c1","data":{"code":"busy","reason":"in a call"}}',
    );
  });

  it("leaves out what nobody knows, and takes data that may be missing as empty", () => {
    expect(
      decodeSignal('{"type":"hangup","callId":"c","x":1,"__proto__":{"to":"eve"},"data":{"reason":"bye","y":2}}'),
    ).toEqual({
      type: "hangup",
      callId: "c",
      data: { reason: "bye" },
    });
    expect(decodeSignal('{"type":"call-ringing","callId":"c"}').data).toEqual({});
  });

  const call = (fields: string): string => `{"callId":"c",${fields}}`;
  it.each([
    ["", "protocol-json", ""],
    ["[]", "protocol-json", ""],
    ["null", "protocol-json", ""],
    ["{}", "protocol-field", "type"],
    ['{"type":7}', "protocol-field", "type"],
    ['{"type":"constructor"}', "protocol-kind", "type"],
    ['{"type":"call-me"}', "protocol-kind", "type"],
    [call('"type":"hangup","to":7'), "protocol-field", "to"],
    [call('"type":"hangup","to":""'), "protocol-field", "to"],
    [call('"type":"hangup","to":" a"'), "protocol-field", "to"],
    [call('"type":"hangup","to":"a\\u0000b"'), "protocol-field", "to"],
    [call('"type":"hangup","to":"a\\nb"'), "protocol-field", "to"],
    [call(`"type":"hangup","to":"${"a".repeat(129)}"`), "protocol-field", "to"],
    [call('"type":"hangup","to":"\\ud800"'), "protocol-text", "to"],
    ['{"type":"hangup","callId":{}}', "protocol-field", "callId"],
    [call('"type":"hangup","seq":-1'), "protocol-field", "seq"],
    [call('"type":"hangup","data":{"reason":7}'), "protocol-field", "data.reason"],
    [call(`"type":"hangup","data":{"reason":"${"a".repeat(257)}"}`), "protocol-size", "data.reason"],
    [call('"type":"offer"'), "protocol-field", "data"],
    [call('"type":"offer","data":{"sdp":{}}'), "protocol-field", "data.sdp"],
    [call(`"type":"offer","data":{"sdp":"${"a".repeat(49_153)}"}`), "protocol-size", "data.sdp"],
    [call('"type":"candidate"'), "protocol-field", "data"],
    [call('"type":"candidate","data":{}'), "protocol-field", "data.candidate"],
    [call('"type":"hold","data":{"held":"true"}'), "protocol-field", "data.held"],
    [call('"type":"call-transfer","data":{"target":""}'), "protocol-field", "data.target"],
    [call('"type":"call-request","data":{"media":"video"}'), "protocol-field", "data.media"],
    [
      call(`"type":"call-request","data":{"metadata":${'{"a":'.repeat(66)}1${"}".repeat(66)}}`),
      "protocol-depth",
      /^data\.metadata\.a/,
    ],
    ['{"type":"presence","data":{"status":"asleep"}}', "protocol-field", "data.status"],
    [`"${"a".repeat(maxSignalLength)}"`, "protocol-size", ""],
  ])("is refused with what is wrong and where (%#)", (given, code, path) => {
    const error = refusal(given);
    expect(error.code).toBe(code);
    if (typeof path === "string") expect(error.path).toBe(path);
    else expect(error.path).toMatch(path);
  });

  it("is read or refused, whatever the text, and never anything else", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ type: "offer", data: value })),
    );
    fc.assert(
      fc.property(anything, (given) => {
        try {
          expect(types).toContain(decodeSignal(given).type);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it("that was damaged on its way is read or refused, and what was read can be written", () => {
    const damaged = fc.tuple(messages, fc.nat(), fc.string({ maxLength: 3 })).map(([message, at, patch]) => {
      const written = encodeSignal(message);
      const place = at % written.length;
      return written.slice(0, place) + patch + written.slice(place + patch.length);
    });
    fc.assert(
      fc.property(damaged, (given) => {
        try {
          expect(encodeSignal(decodeSignal(given)).length).toBeLessThanOrEqual(maxSignalLength);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { seed: 13, numRuns: 1000 },
    );
  });

  it("is not written where it would be refused", () => {
    const wrong = { type: "offer", callId: "c", data: { sdp: 7 } } as unknown as SignalMessage;
    expect(() => encodeSignal(wrong)).toThrow(MalformedError);
    expect(() => encodeSignal({ type: "nothing" } as unknown as SignalMessage)).toThrow(MalformedError);
  });
});
