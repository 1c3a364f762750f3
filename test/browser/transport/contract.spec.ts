import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { acceptNodeWebSocket } from "../../../lib/node/node-transport.ts";
import { openSocketRig, type SocketRig } from "../../unit/node/rig.ts";
import { contract, type FarPeer, farPeer } from "../../unit/transport/contract.ts";
import type { transportPage as TransportPage } from "./page-entry.ts";

declare global {
  var transportPage: typeof TransportPage;
}

/** A page with nothing but the transport under test, served with the headers a case asks for in the query. */
let site: {
  url: string;
  script: string;
  server: Server;
  open: Set<Socket>;
};

const root = resolve(import.meta.dirname, "../../..");

test.beforeAll(async () => {
  const bundle = await build({
    entryPoints: [resolve(import.meta.dirname, "page-entry.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  const open = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const csp = searchParams.get("csp");
    if (csp) response.setHeader("Content-Security-Policy", csp);
    if (searchParams.has("isolated") || pathname.endsWith(".js")) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (pathname === "/page.js") response.setHeader("Content-Type", "text/javascript").end(script);
    else if (pathname === "/worker.js") {
      response.setHeader("Content-Type", "text/javascript").end(await readFile(resolve(root, "build/worker.js")));
    } else if (pathname === "/") {
      response
        .setHeader("Content-Type", "text/html")
        .end('<!doctype html><title>transport</title><script src="/page.js"></script>');
    } else response.writeHead(Number(pathname.slice(1)) || 404).end();
  });
  server.on("upgrade", (request, socket) => {
    const status = Number(request.url?.slice(1)) || 404;
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  site = { url, script, server, open };
});

test.afterAll(async () => {
  for (const socket of site.open) socket.destroy();
  await new Promise<void>((done) => site.server.close(() => done()));
});

async function bridgeTo(page: Page): Promise<() => Promise<void>> {
  const fars = new Map<number, { rig: SocketRig; far: Promise<FarPeer> }>();
  await page.exposeFunction("farOpen", async () => {
    const rig = await openSocketRig();
    const far = rig.next((socket, request) => farPeer(acceptNodeWebSocket(socket, request), () => rig.sever()));
    const id = fars.size + 1;
    fars.set(id, { rig, far });
    return { id, url: rig.url };
  });
  await page.exposeFunction("farCall", async (id: number, method: string, parameters: unknown[]) => {
    const entry = fars.get(id);
    if (!entry) throw new Error(`no far end ${id}`);
    if (method === "dispose") return entry.rig.close();
    const far = await entry.far;
    if (method === "sendFrame") return far.sendFrame([...Buffer.from(String(parameters[0]), "latin1")]);
    if (method === "frames")
      return (await far.frames(Number(parameters[0]))).map((bytes) => Buffer.from(bytes).toString("latin1"));
    return (far as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>)[method]?.(...parameters);
  });
  return async () => {
    for (const { rig } of fars.values()) await rig.close();
  };
}

async function workersLeft(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.workers().length).toBe(count);
}

const flavours = [
  { title: "in a Worker", query: "", options: { thread: "worker" } },
  { title: "in a Worker, cross-origin isolated", query: "?isolated", options: { thread: "worker" } },
  {
    title: "in a Worker from a file",
    query: "?csp=worker-src 'self'",
    options: { thread: "worker", workerUrl: "/worker.js" },
  },
  { title: "on the main thread", query: "", options: { thread: "main" } },
] as const;

// Every `npm test` tries both kinds of frame link, `npm run test:long` also where the code of the socket comes from.
for (const { title, query, options } of process.env["TEST_LONG"] ? flavours : flavours.slice(0, 2)) {
  test(`a socket ${title} keeps the transport contract`, async ({ page }) => {
    const release = await bridgeTo(page);
    await page.goto(`${site.url}/${query}`);
    const skipped = query === "?isolated" ? "" : "(shared)";
    let run = 0;
    for (const [index, { name }] of contract.entries()) {
      if (skipped && name.endsWith(skipped)) continue; // a page that is not isolated has no SharedArrayBuffer
      const has = await page.evaluate((wanted) => globalThis.transportPage.names.indexOf(wanted), name);
      expect(has, name).toBeGreaterThanOrEqual(0);
      const failure = await page.evaluate(([at, how]) => globalThis.transportPage.runCase(at, how), [
        has,
        options,
      ] as const);
      expect(failure, `${index}: ${name}`).toBeUndefined();
      run++;
    }
    expect(run).toBe(query === "?isolated" ? contract.length : contract.length - 3);
    await workersLeft(page, 0);
    await release();
  });
}

type Attempt = Awaited<ReturnType<typeof TransportPage.attempt>>;

async function attempt(
  page: Page,
  url: string,
  options: Record<string, unknown> = {},
  abortAfterMs?: number,
): Promise<Attempt> {
  return page.evaluate(([how, after]) => globalThis.transportPage.attempt(how, after), [
    { url, ...options },
    abortAfterMs,
  ] as const);
}

test.describe("a page that cannot connect", () => {
  test("hears why, as far as a browser can know", async ({ page }) => {
    await page.goto(site.url);
    const ws = site.url.replace("http", "ws");
    expect((await attempt(page, `${ws}/401`)).error).toMatchObject({ code: "transport-refused", fatal: true });
    expect((await attempt(page, "/503")).error).toMatchObject({ code: "transport-refused", fatal: false });
    const other = await openSocketRig({ protocols: () => false });
    expect((await attempt(page, other.url)).error).toMatchObject({ code: "transport-refused", fatal: false });
    await other.close();
    expect((await attempt(page, other.url)).error).toMatchObject({ code: "transport-unreachable", fatal: false });
    expect((await attempt(page, "ftp://voice.example/")).error).toMatchObject({ code: "transport-url", fatal: true });
    await workersLeft(page, 0);
  });

  test("gives up at its deadline or when told to, and leaves neither socket nor Worker", async ({ page }) => {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.resume();
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await page.goto(site.url);
    for (const thread of ["worker", "main"]) {
      expect((await attempt(page, url, { thread, connectTimeoutMs: 200 })).error?.code).toBe("transport-timeout");
      expect((await attempt(page, url, { thread }, 100)).error?.code).toBe("transport-aborted");
      await expect.poll(() => sockets.size).toBe(0);
    }
    await workersLeft(page, 0);
    await new Promise<void>((done) => server.close(() => done()));
  });

  test("names the directive that blocks its socket", async ({ page }) => {
    await page.goto(`${site.url}/?csp=connect-src 'self'`);
    for (const thread of ["worker", "main"]) {
      const { error } = await attempt(page, "ws://127.0.0.1:9/", { thread });
      expect(error).toMatchObject({ code: "csp-connect", fatal: true });
      expect(error?.message).toContain("connect-src");
    }
    await workersLeft(page, 0);
  });

  test("falls back to the main thread where no Worker may be made, and says which directive is in the way", async ({
    page,
  }) => {
    const rig = await openSocketRig();
    await page.goto(`${site.url}/?csp=worker-src 'none'`);
    const { thread, fallback } = await attempt(page, rig.url);
    expect([thread, fallback?.code]).toEqual(["main", "csp-worker"]);
    expect(fallback?.message).toContain("worker-src");
    await page.evaluate(() => globalThis.transportPage.closeLast());
    await expect.poll(() => rig.connections()).toBe(0);
    expect((await attempt(page, rig.url, { thread: "worker" })).error?.code).toBe("csp-worker");
    await rig.close();
  });

  test("falls back when the Worker's file is missing", async ({ page }) => {
    const rig = await openSocketRig();
    await page.goto(site.url);
    const { thread, fallback } = await attempt(page, rig.url, { workerUrl: "/404" });
    expect([thread, fallback?.code]).toEqual(["main", "csp-worker"]);
    await rig.close();
  });
});
