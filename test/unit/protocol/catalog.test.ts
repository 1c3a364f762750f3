import { describe, expect, it } from "vitest";
import {
  type EventData,
  type EventName,
  events,
  handles,
  MalformedError,
  type Method,
  maxDepth,
  operations,
  type Params,
  type Result,
} from "../../../lib/protocol/index.ts";

const params = <M extends Method>(method: M, value: unknown): Params<M> =>
  operations[method].params.decode(value, "params") as Params<M>;
const result = <M extends Method>(method: M, value: unknown): Result<M> =>
  operations[method].result.decode(value, "result") as Result<M>;
const data = <E extends EventName>(event: E, value: unknown): EventData<E> =>
  events[event].data.decode(value, "data") as EventData<E>;

function refusal(run: () => unknown): MalformedError {
  try {
    run();
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const codec = { id: "L16/8000/1", name: "L16", sample_rate: 8000, bit_depth: 16, channels: 1 };
const initialize = {
  application: { id: "a" },
  call: { id: "c", session_id: "s", from: "f", to: "t" },
  audio_codec_offerings: [codec],
  metadata: null,
};

describe("roles", () => {
  const of = (role: "voice" | "application") =>
    Object.entries(operations).flatMap(([method, operation]) => (handles(role, operation) ? [method] : []));

  it("say who answers what", () => {
    expect(of("application")).toEqual(["session.initialize", "session.terminate", "ping"]);
    expect(of("voice")).toEqual([
      "application.move",
      "call.hangup",
      "audio.buffer.clear",
      "session.set",
      "session.get",
      "recording.start",
      "recording.stop",
      "ping",
    ]);
  });

  it("say who emits what", () => {
    const voice = Object.entries(events).flatMap(([name, { emittedBy }]) => (emittedBy === "voice" ? [name] : []));
    expect(voice).toEqual(["session.updated", "dtmf", "call.hangup", "audio.info"]);
  });

  it("mark three operations as terminal", () => {
    const terminal = Object.entries(operations).flatMap(([method, operation]) => (operation.terminal ? [method] : []));
    expect(terminal).toEqual(["session.terminate", "application.move", "call.hangup"]);
  });
});

describe("precise errors", () => {
  it.each([
    [() => params("session.initialize", undefined), "protocol-field", "params"],
    [() => params("session.initialize", { ...initialize, application: null }), "protocol-field", "params.application"],
    [
      () => params("session.initialize", { ...initialize, call: { id: "c" } }),
      "protocol-field",
      "params.call.session_id",
    ],
    [
      () =>
        params("session.initialize", {
          ...initialize,
          audio_codec_offerings: [codec, { ...codec, sample_rate: 8000.5 }],
        }),
      "protocol-field",
      "params.audio_codec_offerings[1].sample_rate",
    ],
    [
      () => params("session.initialize", { ...initialize, audio_codec_offerings: {} }),
      "protocol-field",
      "params.audio_codec_offerings",
    ],
    [() => params("session.initialize", { ...initialize, metadata: [] }), "protocol-field", "params.metadata"],
    [
      () => params("session.initialize", { ...initialize, metadata: { deep: { n: 2 ** 53 } } }),
      "protocol-number",
      "params.metadata.deep.n",
    ],
    [() => params("session.terminate", { reason: "" }), "protocol-field", "params.reason"],
    [() => params("call.hangup", {}), "protocol-field", "params.reason"],
    [() => params("ping", { t0: 0 }), "protocol-field", "params.t0"],
    [() => params("ping", { t0: 9007199254740993n.toString() }), "protocol-field", "params.t0"],
    [() => params("ping", { t0: JSON.parse("9007199254740993") }), "protocol-number", "params.t0"],
    [() => params("ping", { t0: JSON.parse("-1e400") }), "protocol-number", "params.t0"],
    [() => params("session.get", { keys: ["a", 1] }), "protocol-field", "params.keys[1]"],
    [() => params("session.set", { data: { name: "\ud83d" } }), "protocol-text", "params.data.name"],
    [() => params("recording.stop", { id: "" }), "protocol-field", "params.id"],
    [() => result("recording.start", { id: "" }), "protocol-field", "result.id"],
    [() => result("audio.buffer.clear", { len: -1 }), "protocol-field", "result.len"],
    [() => data("dtmf", { seq: -1, pressed_at: 1, released_at: 2, digit: "1" }), "protocol-field", "data.seq"],
    [() => data("dtmf", { seq: 0, pressed_at: 3, released_at: 2, digit: "1" }), "protocol-field", "data.released_at"],
    [() => data("dtmf", { seq: 0, pressed_at: 1, released_at: 2, digit: "" }), "protocol-field", "data.digit"],
    [() => data("audio.speech.started", { origin: "both" }), "protocol-field", "data.origin"],
    [() => data("input.transcript", { delta: "half \ude00" }), "protocol-text", "data.delta"],
    [() => data("agent.tool.call", "lookup"), "protocol-field", "data"],
  ] as const)("case %#: %s → %s", (run, code, path) => {
    const error = refusal(run);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it("never quote the value", () => {
    expect(refusal(() => params("ping", { t0: "secret" })).message).toBe(
      "params.t0: expected an integer other than 0, found string",
    );
  });

  it("stop at the nesting limit, and not before", () => {
    const nest = (levels: number): unknown => (levels === 0 ? 0 : { x: nest(levels - 1) });
    expect(params("session.set", { data: nest(maxDepth) })).toEqual({ data: nest(maxDepth) });
    expect(refusal(() => params("session.set", { data: nest(maxDepth + 1) })).code).toBe("protocol-depth");
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(refusal(() => operations["session.set"].params.encode({ data: loop }, "params")).code).toBe(
      "protocol-depth",
    );
  });
});

describe("presence", () => {
  it("drops unknown fields and absent options, keeps required nulls", () => {
    expect(params("application.move", { reason: null, x: 1 })).toEqual({});
    expect(operations["application.move"].params.encode({}, "params")).toBe("{}");
    expect(result("session.initialize", {})).toEqual({ audio_codec: null });
    expect(operations["session.initialize"].result.encode({ audio_codec: null }, "result")).toBe(
      '{"audio_codec":null}',
    );
  });

  it("tells an empty text from none", () => {
    expect(data("output.transcript.done", {})).not.toHaveProperty("text");
    expect(data("output.transcript.done", { text: "" })).toEqual({ text: "" });
  });

  it("reads what Go peers send for an empty list, map or struct", () => {
    expect(params("session.get", { keys: null })).toEqual({ keys: [] });
    expect(params("session.set", { data: null })).toEqual({ data: {} });
    expect(params("session.initialize", { ...initialize, audio_codec_offerings: null }).audio_codec_offerings).toEqual(
      [],
    );
    expect(result("session.get", undefined)).toEqual({});
    expect(result("call.hangup", null)).toEqual({});
    expect(params("audio.buffer.clear", undefined)).toEqual({});
  });

  it("echoes null as data of a ping, and nothing as nothing", () => {
    expect(params("ping", { t0: 1, data: null })).toEqual({ t0: 1, data: null });
    expect(params("ping", { t0: 1 })).not.toHaveProperty("data");
  });

  it("does not let a name of Object.prototype through as a field", () => {
    const own = JSON.parse('{"__proto__":{"reason":"inherited"}}') as unknown;
    expect(refusal(() => params("call.hangup", own)).path).toBe("params.reason");
    const stored = params("session.set", { data: JSON.parse('{"__proto__":1}') });
    expect(operations["session.set"].params.encode(stored, "params")).toBe('{"data":{"__proto__":1}}');
  });
});

describe("writing", () => {
  it("keeps the frozen order whatever the order given", () => {
    const text = events.dtmf.data.encode({ digit: "5", released_at: 2, pressed_at: 1, seq: 0 }, "data");
    expect(text).toBe('{"seq":0,"pressed_at":1,"released_at":2,"digit":"5"}');
  });

  it("refuses to send what the peer would have to refuse", () => {
    expect(
      refusal(() => events.dtmf.data.encode({ seq: 0, pressed_at: 1.5, released_at: 2, digit: "1" }, "data")).path,
    ).toBe("data.pressed_at");
    expect(
      refusal(() => events.dtmf.data.encode({ seq: 0, pressed_at: 3, released_at: 2, digit: "1" }, "data")).path,
    ).toBe("data.released_at");
    expect(refusal(() => operations["session.set"].params.encode({ data: { at: new Date(0) } }, "params")).path).toBe(
      "params.data.at",
    );
    expect(refusal(() => operations["session.set"].params.encode({ data: { n: Number.NaN } }, "params")).code).toBe(
      "protocol-number",
    );
    expect(refusal(() => operations["session.set"].params.encode({ data: { "\udc00": 1 } }, "params")).code).toBe(
      "protocol-text",
    );
  });
});

// Checked by the compiler: types follow the shapes.
const typed: Params<"session.initialize"> = initialize;
const codecOf: Result<"session.initialize">["audio_codec"] = typed.audio_codec_offerings[0] ?? null;
const moved: Params<"application.move"> = {};
const done: EventData<"output.transcript.done"> = { text: "" };
// @ts-expect-error a reason is required
const hangup: Params<"call.hangup"> = {};
// @ts-expect-error one of two words
const origin: EventData<"audio.speech.started"> = { origin: "nobody" };
void [codecOf, moved, done, hangup, origin];
