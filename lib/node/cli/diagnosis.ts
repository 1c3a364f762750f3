import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import type { PlaceCallOptions, VoiceCaller } from "../voice-caller.ts";
import { placeCall } from "../voice-caller.ts";
import { probeAudio } from "./audio-probe.ts";

/** One thing that was looked at. `fail`: calls do not work; `warn`: they may not work well. */
export interface Check {
  readonly name: "address" | "network" | "tls" | "upgrade" | "profile" | "codec" | "round trip" | "audio" | "ending";
  readonly verdict: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

type Options = PlaceCallOptions & { readonly url: string };

const timeoutMs = 5000;
const pings = 5;
const slowRttMs = 300;
const defaultProfiles: readonly string[] = ["rtvbp.v1"];

/** Looks at a voice server from the outside in. Ends at the first thing that fails: the rest depends on it. */
export async function* diagnose(options: Options, signal: AbortSignal): AsyncGenerator<Check, void, undefined> {
  const url = new URL(options.url);
  const secure = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port || (secure ? 443 : 80));
  let profiles = options.profiles ?? defaultProfiles;
  for (const look of [
    () => checkAddress(host),
    () => checkNetwork(host, port),
    ...(secure ? [() => checkTls(host, port, options)] : []),
    async () => {
      const upgrade = await checkUpgrade(options);
      profiles = upgrade.profiles;
      return upgrade.checks;
    },
  ]) {
    for (const check of await look()) {
      yield check;
      if (check.verdict === "fail") return;
    }
  }
  let caller: VoiceCaller;
  try {
    caller = await placeCall({ ...options, profiles, signal });
  } catch (error) {
    yield {
      name: "codec",
      verdict: "fail",
      found: `the call did not become active: ${(error as Error).message}`,
      advice: "The endpoint must answer session.initialize with one of the codecs that were offered, within 5 s.",
    };
    return;
  }
  try {
    yield checkCodec(caller);
    yield await checkRoundTrip(caller);
    if (caller.hasAudio) yield await probeAudio(caller);
  } finally {
    yield await checkEnding(caller);
  }
}

async function checkAddress(host: string): Promise<Check[]> {
  if (isIP(host)) return [{ name: "address", verdict: "ok", found: host }];
  try {
    const found = await lookup(host, { all: true });
    return [{ name: "address", verdict: "ok", found: `${host} is ${found.map(({ address }) => address).join(", ")}` }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const advice = "Check the spelling, and whether this machine can resolve names at all.";
    return [{ name: "address", verdict: "fail", found: `${host} has no address (${code})`, advice }];
  }
}

async function checkNetwork(host: string, port: number): Promise<Check[]> {
  const startedAt = performance.now();
  try {
    const socket = await opened(connectTcp({ host, port }), "connect");
    socket.destroy();
    return [{ name: "network", verdict: "ok", found: `port ${port} answers in ${since(startedAt)}` }];
  } catch (error) {
    const { code = "time-out" } = error as NodeJS.ErrnoException;
    const advice =
      code === "ECONNREFUSED"
        ? "Nobody listens there: is the server running, on this port and not only on its own 127.0.0.1?"
        : "A firewall or a wrong address: can another machine reach it?";
    return [{ name: "network", verdict: "fail", found: `port ${port} does not answer (${code})`, advice }];
  }
}

async function checkTls(host: string, port: number, { ca }: Options): Promise<Check[]> {
  const startedAt = performance.now();
  const server = isIP(host) ? {} : { servername: host };
  try {
    const socket = await opened(
      connectTls({ host, port, ...server, ...(ca !== undefined && { ca }) }),
      "secureConnect",
    );
    const { valid_to } = socket.getPeerCertificate();
    socket.destroy();
    const days = Math.floor((Date.parse(valid_to) - Date.now()) / 86_400_000);
    const found = `${socket.getProtocol() ?? "TLS"} in ${since(startedAt)}, certificate valid for ${days} days`;
    if (days >= 14) return [{ name: "tls", verdict: "ok", found }];
    return [{ name: "tls", verdict: "warn", found, advice: "Renew the certificate." }];
  } catch (error) {
    const { code = "time-out", message } = error as NodeJS.ErrnoException;
    const own = /SELF_SIGNED|UNABLE_TO|ISSUER/.test(code);
    const advice = own
      ? "Browsers refuse it as well. Use a certificate of a known authority with its whole chain, or trust yours here with --ca."
      : code.includes("ALTNAME")
        ? "The certificate is for another name than the one that was dialled."
        : "Does TLS end here, or is this a port without it (ws://)?";
    return [{ name: "tls", verdict: "fail", found: `no TLS: ${message} (${code})`, advice }];
  }
}

const refusals: Readonly<Record<number, string>> = {
  400: "The endpoint knows none of the profiles that were offered, or a proxy takes headers away.",
  401: "Give the credential: --bearer TOKEN.",
  403: "The credential or the origin is not allowed. A page must be listed: try --header Origin:https://your.page.",
  404: "Another path: an endpoint answers at a path of its own.",
  426: "A proxy does not pass the upgrade on. nginx: proxy_http_version 1.1 and the headers Upgrade and Connection.",
  429: "Too many calls from this address: wait, and look at the server's rate.",
  500: "The endpoint failed to check the credentials: its log says why.",
  502: "The proxy does not reach the endpoint behind it.",
  503: "All lines are busy, or the server is shutting down: try again, and look at its limits.",
};

interface Upgrade {
  readonly checks: Check[];
  /** What to offer in a call. */
  readonly profiles: readonly string[];
}

/** Tries as a page would. Where nothing that was offered is echoed it tries to offer nothing, which older servers want. */
async function checkUpgrade(options: Options): Promise<Upgrade> {
  const { profiles = defaultProfiles } = options;
  const first = await tryUpgrade(options, profiles);
  if (!/sent no subprotocol/i.test(first.found)) return { checks: checksOf(first, profiles), profiles };
  const second = await tryUpgrade(options, []);
  if (second.verdict === "fail") return { checks: [first], profiles };
  const offerNone: Check = {
    name: "profile",
    verdict: "warn",
    found: `${profiles.join(", ")} was offered and not echoed: browsers close such a connection. With nothing offered it opens: rtvbp.v1`,
    advice:
      'Let the endpoint echo Sec-WebSocket-Protocol. Until then offer none: profiles: [] of a Call, <voice-call profiles="">, here --profile none. A page can then bring no token but in a cookie or in the address.',
  };
  return { checks: [...checksOf(second, []).slice(0, 1), offerNone], profiles: [] };
}

function checksOf(upgrade: Check & { readonly protocol?: string }, offered: readonly string[]): Check[] {
  const { protocol, ...check } = upgrade;
  if (protocol === undefined) return [check];
  const found = offered.length === 0 ? "none offered: rtvbp.v1" : protocol;
  return [check, { name: "profile", verdict: "ok", found }];
}

/** Opens a WebSocket and closes it, to see how the upgrade is answered. */
function tryUpgrade(options: Options, profiles: readonly string[]): Promise<Check & { readonly protocol?: string }> {
  const startedAt = performance.now();
  const { url, headers = {}, bearer, ca } = options;
  const authorization = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [...profiles], {
      headers: { ...headers, ...authorization },
      perMessageDeflate: false,
      handshakeTimeout: timeoutMs,
      ...(ca !== undefined && { ca }),
    });
    const fail = (found: string, advice: string): void => resolve({ name: "upgrade", verdict: "fail", found, advice });
    socket.on("unexpected-response", (request, { statusCode = 0, statusMessage }) => {
      request.destroy();
      const advice = refusals[statusCode] ?? "This is not a WebSocket endpoint: check the path.";
      fail(`answered ${statusCode} ${statusMessage ?? ""}`.trim(), advice);
    });
    socket.on("error", (error) =>
      fail(error.message, "Something else answers there, or a proxy in between does not pass WebSockets on."),
    );
    socket.on("open", () => {
      const { protocol } = socket;
      socket.terminate();
      resolve({ name: "upgrade", verdict: "ok", found: `101 in ${since(startedAt)}`, protocol });
    });
  });
}

function checkCodec(caller: VoiceCaller): Check {
  const inMs = `in ${Math.round(caller.initializeMs)} ms`;
  if (caller.hasAudio) return { name: "codec", verdict: "ok", found: `${caller.format.id} agreed ${inMs}` };
  return {
    name: "codec",
    verdict: "warn",
    found: `a call without sound agreed ${inMs}`,
    advice: "If it should have sound, the endpoint must pick one of the codecs that are offered.",
  };
}

async function checkRoundTrip(caller: VoiceCaller): Promise<Check> {
  const name = "round trip";
  const times: number[] = [];
  try {
    for (let i = 0; i < pings; i++) times.push((await caller.ping()).rttMs);
  } catch (error) {
    const found = `ping is not answered: ${(error as Error).message}`;
    return {
      name,
      verdict: "warn",
      found,
      advice: "Both sides answer ping: a caller knows by it that the other is there.",
    };
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(pings / 2)]!;
  const found = `${median} ms (${times[0]} to ${times.at(-1)} ms)`;
  if (median <= slowRttMs) return { name, verdict: "ok", found };
  return {
    name,
    verdict: "warn",
    found,
    advice: "Conversation suffers beyond 300 ms: serve from nearer to the callers.",
  };
}

async function checkEnding(caller: VoiceCaller): Promise<Check> {
  if (caller.session.state !== "active") {
    const { by, reason } = await caller.ended;
    const advice = "The endpoint ended the call during the checks: its log says why.";
    return { name: "ending", verdict: "warn", found: `the call was over before we hung up: ${reason} (${by})`, advice };
  }
  const startedAt = performance.now();
  const { error } = await caller.hangUp("checked");
  if (error === undefined) return { name: "ending", verdict: "ok", found: `hung up in ${since(startedAt)}` };
  const advice = "The endpoint should answer session.terminate and then close.";
  return { name: "ending", verdict: "warn", found: `not in good order: ${(error as Error).message}`, advice };
}

function opened<T extends Socket>(socket: T, event: "connect" | "secureConnect"): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(timeoutMs, () => socket.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    socket.once(event, () => resolve(socket));
    socket.once("error", reject);
  });
}

function since(startedAt: number): string {
  return `${(performance.now() - startedAt).toFixed(0)} ms`;
}
