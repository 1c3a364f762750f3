import { type Browser, type CDPSession, chromium, type Page } from "playwright";
import { type FaultProxy, startFaultProxy } from "../../../lib/testing/node/index.ts";
import { speaking } from "../../browser/support/chromium.ts";
import type { Host } from "./host.ts";
import { UdpRelay, withoutCandidates } from "./udp-relay.ts";

/** What is compared: this library, a page that does it by hand on its main thread, and the browser's own WebRTC with two codecs. */
export const pathNames = ["ours", "mainThread", "webrtc", "webrtcOpus"] as const;
export type PathName = (typeof pathNames)[number];

export const pathTitles: Readonly<Record<PathName, string>> = {
  ours: "voicebridge",
  mainThread: "main thread, FIFO",
  webrtc: "WebRTC PCMU",
  webrtcOpus: "WebRTC Opus",
};

/** A call that is on. */
export interface BenchCall {
  readonly page: Page;
  readonly cdp: CDPSession;
  /** Frames (packets) of the microphone that reached the other end since the last time. */
  takeArrivals(): Promise<number>;
  /** Only of a call that was dialled with `stallable`: nothing passes for `ms`, then everything at once. */
  stall(ms: number): void;
  close(): Promise<void>;
}

export interface DialOptions {
  /** Something stands between the two ends that can hold everything. */
  readonly stallable?: boolean;
  /** The page is cross-origin isolated: frames go through shared memory. */
  readonly isolated?: boolean;
}

export function launchBrowser(microphone: string): Promise<Browser> {
  const { args, ...options } = speaking(microphone);
  return chromium.launch({
    ...options,
    args: [
      ...args,
      "--autoplay-policy=no-user-gesture-required",
      "--allow-loopback-in-peer-connection",
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--enable-precise-memory-info",
    ],
  });
}

export async function openPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ["microphone"] });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`[page] ${error.stack ?? error.message}`));
  await page.goto(address);
  return page;
}

/** Opens a page, a microphone and a call that comes back as an echo. */
export async function dial(
  path: PathName,
  browser: Browser,
  host: Host,
  { stallable = false, isolated = false }: DialOptions = {},
): Promise<BenchCall> {
  const page = await openPage(browser, `http://${host.pages}/${isolated ? "?isolated" : ""}`);
  const cdp = await page.context().newCDPSession(page);
  await page.evaluate(() => window.bench.openMicrophone());
  const end =
    path === "webrtc" || path === "webrtcOpus"
      ? await dialNative(page, path === "webrtc" ? "PCMU" : "opus", browser, host, stallable)
      : await dialSocket(page, path, host, stallable);
  return {
    page,
    cdp,
    takeArrivals: end.takeArrivals,
    stall: end.stall,
    close: async () => {
      await page.evaluate(() => window.bench.close());
      await page.context().close();
      await end.close();
    },
  };
}

type FarEnd = Pick<BenchCall, "takeArrivals" | "stall" | "close">;

async function dialSocket(page: Page, path: "ours" | "mainThread", host: Host, stallable: boolean): Promise<FarEnd> {
  const target = path === "ours" ? host.pages : host.bare;
  const proxy: FaultProxy | undefined = stallable
    ? await startFaultProxy({ target: target.replace("localhost", "127.0.0.1") })
    : undefined;
  const address = `ws://${proxy ? `127.0.0.1:${proxy.port}` : target}/voice`;
  await page.evaluate(
    ([path, address]) => (path === "ours" ? window.bench.openOurs(address) : window.bench.openPlainFifo(address)),
    [path, address] as const,
  );
  host.arrivals.length = 0;
  return {
    takeArrivals: async () => host.arrivals.splice(0).length,
    stall: (ms) => void proxy?.apply(`stall ${ms}`),
    close: async () => proxy?.close(),
  };
}

async function dialNative(
  page: Page,
  codec: "PCMU" | "opus",
  browser: Browser,
  host: Host,
  stallable: boolean,
): Promise<FarEnd> {
  // Another site, so that it gets a process of its own.
  const far = await openPage(browser, `http://${host.pages.replace("localhost", "127.0.0.1")}/`);
  const offer = await page.evaluate((codec) => window.bench.offer(codec), codec);
  const answer = await far.evaluate(
    (offer) => window.bench.answer(offer),
    stallable ? withoutCandidates(offer) : offer,
  );
  const relayed = stallable ? await UdpRelay.before(answer) : undefined;
  await page.evaluate((answer) => window.bench.accept(answer), relayed?.answer ?? answer);
  let before = 0;
  return {
    takeArrivals: async () => {
      const now = await far.evaluate(() => window.bench.receivedPackets());
      const count = now - before;
      before = now;
      return count;
    },
    stall: (ms) => relayed?.relay.stall(ms),
    close: async () => {
      await far.context().close();
      relayed?.relay.close();
    },
  };
}
