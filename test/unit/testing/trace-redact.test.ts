import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactText } from "../../../lib/session/index.ts";
import { SessionRecorder } from "../../../lib/session/trace-recorder.ts";
import { call, turns } from "../session/pair.ts";

const secret = "s3cr3t-Value_9";
const jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLWJ5dGVz";
const sdp = "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\na=ice-ufrag:Xyz1\r\na=ice-pwd:s3cr3t-Value_9\r\n";

const inJson = (value: unknown): string => JSON.stringify({ version: "1", id: "1", method: "m", params: value });

describe("redactText", () => {
  it.each([
    ["a field named token", inJson({ token: secret })],
    ["a field in another spelling", inJson({ call: { "X-Api-Key": secret, refreshToken: secret } })],
    ["an object of credentials", inJson({ credentials: { user: "u", value: secret } })],
    ["a list of cookies", inJson({ cookies: [secret, "other"] })],
    ["a number as password", inJson({ password: 904817 }).replace("904817", "9048170001")],
    ["an address with a credential", inJson({ url: `wss://host/a?b=1&access_token=${secret}&c=2` })],
    ["an address with a password", inJson({ url: `wss://me:${secret}@host/a` })],
    ["an Authorization header in a sentence", inJson({ reason: `sent Bearer ${secret}, got 401` })],
    ["a bearer subprotocol", inJson({ reason: `rtvbp.v1, bearer.${secret}` })],
    ["a JSON web token anywhere", inJson({ reason: `bad ${jwt}!` })],
    ["a session description by name", inJson({ sdp })],
    ["a session description by content", inJson({ offer: sdp })],
    ["a session description in text that is no JSON", `garbage ${JSON.stringify(sdp)}`],
    ["a field in text that is no JSON", `{"version":"1","params":{"token":"${secret}","x":"y"`],
    ["a field cut off in the middle of its value", `{"version":"1","params":{"token":"${secret}`],
    ["a field after a stray quotation mark", `x" "token":"${secret}"`],
    ["a field of JSON within JSON", inJson({ raw: JSON.stringify({ deep: JSON.stringify({ token: secret, a: 1 }) }) })],
    ["a field of JSON within JSON that is broken", inJson({ raw: JSON.stringify({ token: secret }) }).slice(0, -1)],
    ["a password in a sentence", inJson({ reason: `wrong password: ${secret}` })],
    ["a field beneath nesting that no parser takes", `${"[".repeat(200_000)}{"token":"${secret}"}`],
  ])("removes %s", (_, text) => {
    const clean = redactText(text);
    for (const part of [secret, jwt, "9048170001", "ice-pwd:s"]) expect(clean).not.toContain(part);
    expect(clean).toContain("[removed]");
    expect(redactText(clean)).toBe(clean);
  });

  it.each([
    inJson({ application: { id: "app" }, call: { id: "1", session_id: "2", from: "ann", to: "bob" }, metadata: null }),
    '{"version":"1", "id" : "7","event":"dtmf","data":{"digit":"5","seq":0}}',
    '{"version":"1","response":"7","error":{"code":401,"message":"who are you?"}}',
    '{"n":12345678901234567890, "__proto__":{"a":1}}',
    "not JSON at all \u0000 \ud800",
    "",
  ])("leaves %j exactly as it is", (text) => {
    expect(redactText(text)).toBe(text);
  });

  it.each([
    ["escaped quotation marks", '\\"'],
    ["openings of members", '"token":'],
    ["names without end", "?token"],
    ["beginnings of web tokens", "eyJ-"],
    ["bearers", "bearer "],
    ["blanks", " "],
    ["addresses", "//a:"],
    ["member names", '"atokenb" '],
    ["escaped member names", '\\\\"token\\\\" '],
  ])("comes to an end with a megabyte of %s", (_, piece) => {
    const flood = piece.repeat(Math.ceil(1e6 / piece.length));
    expect(redactText(`{${flood}`).length).toBeLessThan(2e6);
    expect(redactText(JSON.stringify({ flood })).length).toBeLessThan(4e6);
  });

  it("keeps the rest of a message, and truth values, beside what it removes", () => {
    expect(redactText('{"token":"abc","tokenValid":true,"secret":null,"kept":[1,"two",{"three":3}]}')).toBe(
      '{"token":"[removed]","tokenValid":true,"secret":null,"kept":[1,"two",{"three":3}]}',
    );
  });

  it("removes a secret wherever it stands in whatever it stands in", () => {
    const keys = ["token", "client_secret", "Password", "authorization", "API_KEY", "sdp", "resume-token"];
    const plain = fc.jsonValue({ maxDepth: 3 });
    const holder = fc.tuple(plain, fc.constantFrom(...keys), fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }));
    fc.assert(
      fc.property(holder, fc.nat(400), ([other, key, path], cut) => {
        let value: unknown = { other, [key]: secret };
        for (const step of path) value = step.length % 2 ? [other, value] : { a: 1, [step]: value };
        const text = inJson(value);
        expect(redactText(text)).not.toContain(secret);
        // Cut anywhere, nothing of it is left behind its name.
        const broken = redactText(text.slice(0, text.length - (cut % text.length)));
        expect(broken).not.toContain(`"${key}":"${secret.slice(0, 4)}`);
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });
});

describe("a recorded session", () => {
  it("has no credential in any line, whichever way it came", async () => {
    const recorder = new SessionRecorder();
    const { voice, application, far } = await call({ voice: { tap: recorder } });
    voice.handle("session.set", () => {
      throw new Error(`database at postgres://app:${secret}@db failed for ${jwt}`);
    });
    void application.request("session.set", { data: { crm: { accessToken: secret } } }).catch(() => {});
    far.sendText(`{"broken":"${sdp.replaceAll("\r\n", "\\r\\n")}`);
    await turns();
    recorder.note("dialled", { url: `wss://x/?token=${secret}`, headers: { Authorization: `Bearer ${secret}` } });
    void far.close(4000, `expired Bearer ${secret}`);
    await turns();
    const text = recorder.text();
    for (const part of [secret, jwt, "ice-pwd:s"]) expect(text).not.toContain(part);
    expect(text.match(/\[removed\]/g)!.length).toBeGreaterThanOrEqual(6);
  });
});
