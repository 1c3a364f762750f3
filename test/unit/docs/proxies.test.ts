import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { placeCall, type VoiceCaller } from "../../../lib/node/index.ts";
import { cli } from "../node/cli-io.ts";
import { until } from "../node/voice-side.ts";
import { blocks, bundleProgram, freePort, type Program, place, run, startEndpoint, token } from "./guide.ts";

const has = (program: string): boolean => spawnSync(program, [program === "nginx" ? "-v" : "version"]).status === 0;

interface Proxied {
  /** `https://localhost:…`, where the proxy answers. */
  readonly port: number;
  readonly ca: Buffer;
  readonly endpoints: readonly (Program & { readonly url: string })[];
}

/** Two endpoints of the guide, with its configuration of a proxy before them. `start` gets that with ports and certificate filled in. */
async function behind(
  proxy: "nginx" | "caddyfile",
  start: (setup: { folder: string; port: number; cert: string; key: string; upstreams: string[] }) => Program,
): Promise<Proxied> {
  const folder = place(proxy);
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
  execFileSync("openssl", ["req", ...options, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const program = await bundleProgram("server", proxy);
  const endpoints = [await startEndpoint(program), await startEndpoint(program)];
  const upstreams = endpoints.map(({ url }) => new URL(url).host);
  const port = await freePort();
  const running = start({ folder, port, cert, key, upstreams });
  await until(
    async () => {
      if (running.child.exitCode !== null) throw new Error(`${proxy} ended: ${running.said()}`);
      return spawnSync("curl", ["-sk", "-o", "/dev/null", `https://localhost:${port}/voice/`]).status === 0;
    },
    `${proxy} to answer`,
    30_000,
  );
  return { port, ca: readFileSync(cert), endpoints };
}

function call({ port, ca }: Proxied, options: object = {}): Promise<VoiceCaller> {
  const url = `wss://localhost:${port}/voice/echo`;
  return placeCall({ url, ca, bearer: token, codecs: ["L16/8000/1"], ...options });
}

async function hears(caller: VoiceCaller): Promise<void> {
  const before = caller.receivedBytes;
  for (let i = 0; i < 20; i++) caller.output.send(Buffer.alloc(320, i));
  await until(() => caller.receivedBytes === before + 6400, "the echo");
}

const sessionsOf = async ({ url }: { url: string }): Promise<number> =>
  ((await (await fetch(`${url.replace("ws", "http")}/stats`)).json()) as { sessions: number }).sessions;

/** What the guide promises of either proxy. `notices`: how it learns that an endpoint takes no new calls. */
async function expectToWork(proxied: Proxied, notices: "by its answer" | "by its health"): Promise<void> {
  const { port, endpoints } = proxied;
  const refused = (options: object) =>
    call(proxied, options).then(
      () => "let in",
      (error: Error) => error.message,
    );
  expect(await refused({ bearer: "guess" })).toContain("401");
  expect(await refused({ headers: { Origin: "https://elsewhere.example" } })).toContain("403");

  const page = { headers: { Origin: "https://www.example.com" }, bearerCarrier: "subprotocol" };
  const callers = [await call(proxied, page), await call(proxied)];
  for (const caller of callers) await hears(caller);
  expect(await Promise.all(endpoints.map(sessionsOf))).toEqual([1, 1]);

  const ca = join(place(`${port}`), "ca.pem");
  writeFileSync(ca, proxied.ca);
  const { code, out } = await cli("doctor", `wss://localhost:${port}/voice/echo`, "--ca", ca, "--bearer", token);
  expect([code, out.filter((line) => !line.startsWith("ok"))]).toEqual([0, []]);

  // One endpoint stops: who comes now finds the other one, and who is there goes on until told to come again.
  endpoints[0]!.child.kill("SIGTERM");
  await until(async () => (await fetch(`${endpoints[0]!.url.replace("ws", "http")}/healthz`)).status === 503);
  const late: VoiceCaller[] = [];
  const comes = async () => late.push(await call(proxied)) === 2;
  await until(() => (notices === "by its answer" ? comes() : comes().catch(() => false)), "two more calls", 30_000);
  for (const caller of [...callers, ...late]) await hears(caller);
  expect(await Promise.all(endpoints.map(sessionsOf))).toEqual([1, 3]);
  endpoints[0]!.child.kill("SIGTERM"); // the second signal does not wait
  const first = await Promise.race(callers.map(async (caller) => ({ caller, end: await caller.ended })));
  expect(first.end.by).toBe("remote");
  expect(await endpoints[0]!.exit).toBe(0);
  for (const caller of [...callers, ...late]) if (caller !== first.caller) await caller.hangUp();
}

describe("an endpoint of the guide, behind", () => {
  it.skipIf(!has("nginx"))(
    "nginx",
    async () => {
      const proxied = await behind("nginx", ({ folder, port, cert, key, upstreams }) => {
        const [block] = blocks("nginx");
        const site = block!.text
          .replace("127.0.0.1:8081", upstreams[0]!)
          .replace("127.0.0.1:8082", upstreams[1]!)
          .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
          .replace("/etc/ssl/voice.example.com.pem", cert)
          .replace("/etc/ssl/voice.example.com.key", key);
        const own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
          (what) => `${what}_temp_path ${folder}/${what};`,
        );
        mkdirSync(join(folder, "logs"));
        const user = process.getuid?.() === 0 ? "user root;" : "";
        const around = `${user} daemon off; pid ${folder}/nginx.pid; error_log stderr; events {} http { access_log off; ${own.join(" ")}`;
        writeFileSync(join(folder, "nginx.conf"), `${around}\n${site}\n}\n`);
        return run("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")]);
      });
      await expectToWork(proxied, "by its answer");
    },
    120_000,
  );

  it.skipIf(!has("caddy"))(
    "Caddy",
    async () => {
      const proxied = await behind("caddyfile", ({ folder, port, cert, key, upstreams }) => {
        const [block] = blocks("caddyfile");
        const site = block!.text
          .replace("127.0.0.1:8081", upstreams[0]!)
          .replace("127.0.0.1:8082", upstreams[1]!)
          .replace("voice.example.com {", `https://localhost:${port} {\n    tls ${cert} ${key}`);
        const file = join(folder, "Caddyfile");
        writeFileSync(file, `{\n    admin off\n    auto_https off\n}\n${site}`);
        return run("caddy", ["run", "--config", file, "--adapter", "caddyfile"], {
          HOME: folder,
          XDG_DATA_HOME: folder,
        });
      });
      await expectToWork(proxied, "by its health");
    },
    120_000,
  );

  for (const program of ["nginx", "caddy"]) {
    if (!has(program))
      console.warn(`SKIPPED: ${program} is not installed, so its part of lib/node/GUIDE.md is not tried.`);
  }
});
