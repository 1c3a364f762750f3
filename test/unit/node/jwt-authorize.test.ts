import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { type JwtClaims, jwtAuthorize, PeerDependencyError } from "../../../lib/node/index.ts";
import { loadPeer } from "../../../lib/node/load-peer.ts";
import { bearerSubprotocol } from "../../../lib/protocol/index.ts";
import { afterwards, first, serve, upgrade } from "./server-rig.ts";
import { dial } from "./voice-side.ts";

const [es, rs, stranger] = await Promise.all([
  generateKeyPair("ES256", { extractable: true }),
  generateKeyPair("RS256", { extractable: true }),
  generateKeyPair("ES256", { extractable: true }),
]);
type Key = typeof es.privateKey;

const now = Math.floor(Date.now() / 1000);
const good: JWTPayload = { iss: "https://issuer.example", aud: "voice", sub: "alice", exp: now + 600 };
const sign = (
  claims: JWTPayload = good,
  key: Key = es.privateKey,
  header: { alg: string; kid?: string } = { alg: "ES256" },
) => new SignJWT(claims).setProtectedHeader(header).sign(key);

const rules = { issuer: "https://issuer.example", audience: "voice" } as const;

/** How a server that is asked with this token answers. */
async function statusOf(url: string, token: string): Promise<number> {
  return (await upgrade(url, { headers: { Authorization: `Bearer ${token}` } })).status;
}

describe("bearer tokens", () => {
  it("signed by the issuer let a call in, by header, subprotocol and query, and say who it is", async () => {
    const authorize = await jwtAuthorize({
      ...rules,
      publicKey: await exportSPKI(es.publicKey),
      algorithms: ["ES256"],
    });
    const { url, calls } = await serve({ authorize });
    const token = await sign();
    await dial({ url, bearer: token });
    await dial({ url, bearer: token, bearerCarrier: "subprotocol" });
    await dial({ url: `${url}?token=${token}` });
    expect((await first(calls)).identity).toEqual(good);
    expect((await upgrade(url, { protocols: ["rtvbp.v1", bearerSubprotocol(`${token}x`)] })).status).toBe(401);
  });

  it("that are expired, early, of others, for others, of strangers, unsigned or garbage do not", async () => {
    const refused: string[] = [];
    const authorize = await jwtAuthorize({
      ...rules,
      publicKey: { ...(await exportJWK(es.publicKey)) },
      algorithms: ["ES256"],
      onRefused: (code) => refused.push(code),
    });
    const { url, server, log } = await serve({ authorize });
    const { exp: _, ...eternal } = good;
    const body = (text: string) => Buffer.from(text).toString("base64url");
    const bad = [
      await sign({ ...good, exp: now - 60 }),
      await sign({ ...good, nbf: now + 3600 }),
      await sign({ ...good, iss: "https://evil.example" }),
      await sign({ ...good, aud: "mail" }),
      await sign(eternal),
      await sign(good, stranger.privateKey),
      await sign(good, rs.privateKey, { alg: "RS256" }),
      `${body('{"alg":"none"}')}.${body(JSON.stringify(good))}.`,
      "garbage",
    ];
    for (const token of bad) expect(await statusOf(url, token)).toBe(401);
    expect((await upgrade(url)).status).toBe(401);
    expect(refused).toEqual([
      "ERR_JWT_EXPIRED",
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
      "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
      "ERR_JOSE_ALG_NOT_ALLOWED",
      "ERR_JOSE_ALG_NOT_ALLOWED",
      "ERR_JWS_INVALID",
    ]);
    expect(server.stats().refused.credentials).toBe(bad.length + 1);
    for (const token of bad.slice(0, 7)) expect(log.join("\n")).not.toContain(token);
    const justNow = Math.floor(Date.now() / 1000) - 1;
    expect(await statusOf(url, await sign({ ...good, exp: justNow }))).toBe(101); // clocks differ
  });

  it("of two algorithms are checked with the set of keys, whichever key signed", async () => {
    const jwks = {
      keys: [
        { ...(await exportJWK(es.publicKey)), kid: "e", alg: "ES256" },
        { ...(await exportJWK(rs.publicKey)), kid: "r", alg: "RS256" },
      ],
    };
    const { url } = await serve({ authorize: await jwtAuthorize({ ...rules, jwks }) });
    expect(await statusOf(url, await sign(good, es.privateKey, { alg: "ES256", kid: "e" }))).toBe(101);
    expect(await statusOf(url, await sign(good, rs.privateKey, { alg: "RS256", kid: "r" }))).toBe(101);
    expect(await statusOf(url, await sign(good, rs.privateKey, { alg: "RS256", kid: "e" }))).toBe(401);
    expect(await statusOf(url, await sign(good, stranger.privateKey, { alg: "ES256", kid: "e" }))).toBe(401);
  });

  it("are checked with keys that are fetched; when they cannot be, it is no verdict on the token", async () => {
    let [asked, status] = [0, 200];
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(es.publicKey)), kid: "e" }] });
    const issuer = createServer((_, response) => {
      asked++;
      response.writeHead(status, { "Content-Type": "application/json" }).end(keys);
    });
    await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => issuer.close(resolve)));
    const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`;
    const token = await sign(good, es.privateKey, { alg: "ES256", kid: "e" });
    const working = await serve({ authorize: await jwtAuthorize({ ...rules, jwks }) });
    expect([await statusOf(working.url, token), await statusOf(working.url, token), asked]).toEqual([101, 101, 1]);
    status = 503;
    const broken = await serve({ authorize: await jwtAuthorize({ ...rules, jwks }) });
    expect(await statusOf(broken.url, token)).toBe(500);
    expect(broken.server.stats().refused).toMatchObject({ failed: 1, credentials: 0 });
  });

  it("may be judged further by what they say", async () => {
    const jwks = { keys: [await exportJWK(es.publicKey)] };
    const identify = ({ sub, role }: JwtClaims) => (role === "caller" ? { name: sub } : undefined);
    const { url, calls } = await serve({ authorize: await jwtAuthorize({ ...rules, jwks, identify }) });
    expect(await statusOf(url, await sign())).toBe(401);
    await dial({ url, bearer: await sign({ ...good, role: "caller" }) });
    expect((await first(calls)).identity).toEqual({ name: "alice" });
  });

  it("need a key that fits, and say so at once", async () => {
    const publicKey = await exportSPKI(es.publicKey);
    await expect(jwtAuthorize({})).rejects.toThrow(/publicKey or a jwks/);
    await expect(jwtAuthorize({ publicKey })).rejects.toThrow(/one algorithm/);
    await expect(jwtAuthorize({ publicKey, algorithms: ["RS256"] })).rejects.toThrow(/not a public key for RS256/);
    await expect(jwtAuthorize({ publicKey, algorithms: ["HS256"] })).rejects.toThrow(/no algorithm with a public key/);
    await expect(
      jwtAuthorize({ publicKey: (await exportJWK(es.privateKey)) as never, algorithms: ["ES256"] }),
    ).rejects.toThrow(/private key/);
    await expect(jwtAuthorize({ jwks: "http://keys.example/jwks" })).rejects.toThrow(/HTTPS/);
  });
});

describe("a package that is not installed", () => {
  it("is named, with what to do, only when it is needed", async () => {
    const missing = "voicebridge-needs-no-such-package";
    const loading = loadPeer(missing, "signing", () => import(/* @vite-ignore */ missing));
    await expect(loading).rejects.toBeInstanceOf(PeerDependencyError);
    await expect(loading).rejects.toMatchObject({
      code: "peer-dependency",
      packageName: missing,
      message: `signing needs the package "${missing}". Install it beside voicebridge: npm install ${missing}`,
    });
  });
});
