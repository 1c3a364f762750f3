import { describe, expect, it } from "vitest";
import {
  createHub,
  createVoiceServer,
  type HubOptions,
  jwtAuthorize,
  OptionError,
  placeCall,
  recordCall,
  recordCalls,
  route,
  sameSecret,
  UpgradeRefusedError,
  type VoiceServerOptions,
} from "../../../lib/node/index.ts";
import { first, serve, upgrade } from "./server-rig.ts";
import { dial } from "./voice-side.ts";

const onCall = (): void => {};
const thrown = (make: () => unknown): unknown => {
  try {
    make();
  } catch (error) {
    return error;
  }
  return "nothing was thrown";
};

/** Options that cannot be meant, each a mistake that plain JavaScript lets pass. */
const wrongForVoice: readonly [option: string, value: unknown][] = [
  ["onCall", "echo"],
  ["port", 65_536],
  ["port", "8080"],
  ["host", ""],
  ["path", "voice"],
  ["path", /voice/],
  ["authorize", true],
  ["authorizeTimeoutMs", Number.POSITIVE_INFINITY],
  ["headersTimeoutMs", Number.NaN],
  ["allowedOrigins", "https://www.example.com"],
  ["allowedOrigins", [null]],
  ["profiles", []],
  ["profiles", ["rtvbp.v2"]],
  ["codecs", ["L16/16000"]],
  ["codecs", "L16/16000/1"],
  ["limits", { maxTextBytes: Number.NaN }],
  ["maxSessions", Number.NaN],
  ["maxSessionsPerAddress", -1],
  ["upgradeRate", { perSecond: 0, burst: 5 }],
  ["upgradeRate", 5],
  ["messageRate", { perSecond: Number.NaN, burst: 5 }],
  ["pingIntervalMs", -1],
  ["idleTimeoutMs", Number.POSITIVE_INFINITY],
  ["initializeTimeoutMs", 2 ** 31],
  ["maxQueuedFrames", "250"],
  ["trace", {}],
];

const wrongForHub: readonly [option: string, value: unknown][] = [
  ["path", "hub"],
  ["allowedOrigins", "https://www.example.com"],
  ["ringTimeoutMs", Number.POSITIVE_INFINITY],
  ["graceMs", -1],
  ["maxClients", Number.NaN],
  ["callRate", { perSecond: 1 }],
  ["messageRate", null],
  ["presence", "all"],
  ["route", {}],
];

describe("options that cannot be meant", () => {
  it.each(wrongForVoice)("of a voice server: %s %j is told when it is made", (option, value) => {
    const error = thrown(() => createVoiceServer({ onCall, [option]: value } as unknown as VoiceServerOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ code: "option", option });
    expect((error as Error).message).toContain(`${option} is `);
  });

  it.each(wrongForHub)("of a hub: %s %j is told when it is made", (option, value) => {
    const error = thrown(() => createHub({ [option]: value } as unknown as HubOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ code: "option", option });
  });

  it("are no options at all, a call that nobody answers, a server and a port, a TURN server without its secret", () => {
    expect(thrown(() => createVoiceServer(undefined as never))).toMatchObject({ option: "options" });
    expect(thrown(() => createVoiceServer({} as never))).toMatchObject({ option: "onCall" });
    expect(thrown(() => createVoiceServer({ onCall, port: 0, server: {} as never }))).toMatchObject({ option: "port" });
    expect(thrown(() => createHub({ port: 0, server: {} as never }))).toMatchObject({ option: "port" });
    const turn = { urls: ["turn:turn.example.com"], secret: "" };
    expect(thrown(() => createHub({ turn }))).toMatchObject({ option: "secret" });
  });
});

describe("what is handed over by mistake", () => {
  it("is told by what was given it: agents, recordings, tokens, calls", async () => {
    const codeOf = async (make: () => unknown): Promise<unknown> => {
      try {
        return await make();
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
    };
    expect(await codeOf(() => route({ "/a": undefined as never }))).toBe("option");
    expect(await codeOf(() => route(undefined as never))).toBe("option");
    expect(await codeOf(() => recordCalls({ file: "calls.wav" as never }))).toBe("option");
    expect(await codeOf(() => recordCall({} as never, {} as never))).toBe("recording-no-audio");
    expect(await codeOf(() => recordCall({ hasAudio: true } as never, { file: "x.wav", lagMs: Number.NaN }))).toBe(
      "option",
    );
    for (const wrong of [undefined, {}, { jwks: "nowhere" }, { jwks: {} }, { publicKey: "-", algorithms: "ES256" }])
      expect(await codeOf(() => jwtAuthorize(wrong as never)), JSON.stringify(wrong)).toBe("option");
    expect(await codeOf(() => placeCall(undefined as never))).toBe("option");
    for (const wrong of [{ codecs: "L16/8000/1" }, { requestTimeoutMs: Number.NaN }, { connectTimeoutMs: -1 }])
      expect(await codeOf(() => placeCall({ url: "ws://127.0.0.1:9", ...wrong } as never))).toBe("option");
    expect(await codeOf(() => placeCall({ url: "ws://127.0.0.1:9", codecs: [5 as never] }))).toBe("option");
  });

  it("and cannot be sent as a header or a subprotocol is a `transport-url` error, and nothing is opened", async () => {
    const { url, server } = await serve();
    for (const wrong of [
      { profiles: ["two words"] },
      { headers: { "X-Why": "a\r\nX-More: b" } },
      { bearer: "a\r\nX-More: b" },
      { bearer: "€" },
    ])
      await expect(placeCall({ url, ...wrong })).rejects.toMatchObject({ code: "transport-url", fatal: true });
    expect(server.stats().accepted).toBe(0);
  });

  it("as sound is refused: samples are no bytes", async () => {
    const { url } = await serve();
    const call = await placeCall({ url, connectTimeoutMs: Number.POSITIVE_INFINITY, codecs: ["L16/8000/1"] });
    for (const wrong of [new Int16Array(160), new ArrayBuffer(320), "sound", null] as never[]) {
      expect(() => call.output.send(wrong)).toThrow(OptionError);
      expect(() => call.output.speak(wrong)).toThrow(OptionError);
    }
    await expect(call.press("12x")).rejects.toMatchObject({ code: "option", option: "digits" });
    expect(call.output.sentBytes).toBe(0);
    expect(await call.hangUp(5 as never)).toMatchObject({ by: "local", reason: "5" });
  });
});

describe("functions of the owner that throw", () => {
  const broken = (): never => {
    throw new Error("the database is down");
  };

  it("as `path`: nobody is at home, and the log says why", async () => {
    const { url, log } = await serve({ path: broken });
    expect((await upgrade(url)).status).toBe(404);
    expect(log.join("\n")).toMatch(/path failed .*the database is down/);
  });

  it("as `trace`: the call goes on untraced, and the log says why", async () => {
    const { url, log } = await serve({ trace: broken });
    await dial({ url });
    expect(log.join("\n")).toMatch(/trace failed .*the database is down/);
  });

  it("as `status.authorize`: the page is answered 500", async () => {
    const { url } = await serve({ status: { authorize: broken } });
    expect((await fetch(`${url.replace("ws", "http")}stats`)).status).toBe(500);
    expect((await fetch(`${url.replace("ws", "http")}healthz`)).status).toBe(200);
  });
});

describe("variables with names that mean something to JavaScript", () => {
  it("are variables like any other, and change nothing else", async () => {
    const { url, calls } = await serve();
    const caller = await placeCall({ url });
    const hostile = JSON.parse('{"__proto__":{"admin":true},"constructor":"x","toString":1}') as Record<
      string,
      unknown
    >;
    const call = await first(calls);
    await call.setVariables(hostile);
    expect(caller.variables["admin"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
    expect(JSON.stringify(await call.getVariables(["__proto__", "toString"]))).toBe(
      '{"__proto__":{"admin":true},"toString":1}',
    );
    await caller.hangUp();
  });
});

describe("a pattern of origins", () => {
  it("says the same about the same page each time, also with the flags g and y", async () => {
    const { url } = await serve({ allowedOrigins: [/^https:\/\/[a-z]+\.example$/g, /^https:\/\/b$/y] });
    const headers = { Origin: "https://app.example" };
    for (let i = 0; i < 3; i++) expect((await upgrade(url, { headers })).status).toBe(101);
    for (let i = 0; i < 3; i++) expect((await upgrade(url, { headers: { Origin: "https://b" } })).status).toBe(101);
    expect((await upgrade(url, { headers: { Origin: "https://app.example.evil" } })).status).toBe(403);
  });
});

describe("a refusal of the owner's own", () => {
  it("cannot write headers that the owner did not mean", () => {
    expect(thrown(() => new UpgradeRefusedError(403, "no", { "X-Why": "a\r\nSet-Cookie: b=c" }))).toMatchObject({
      code: "ERR_INVALID_CHAR",
    });
    expect(thrown(() => new UpgradeRefusedError(200, "yes"))).toBeInstanceOf(RangeError);
    expect(new UpgradeRefusedError(402, "pay first", { "Retry-After": "60" }).status).toBe(402);
  });
});

describe("a secret", () => {
  it("is only itself, and lets nobody in where it is not set", () => {
    expect(sameSecret("s3cret", "s3cret")).toBe(true);
    expect(sameSecret("s3cre", "s3cret")).toBe(false);
    expect(sameSecret(undefined, "s3cret")).toBe(false);
    expect(sameSecret("", "")).toBe(false);
    expect(sameSecret(undefined, undefined)).toBe(false);
  });
});
