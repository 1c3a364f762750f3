import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { WebSocketServer } from "ws";
import { createVoiceServer, type VoiceSession } from "../../../lib/node/index.ts";
import { Clip } from "./clip.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Pages, recordings, and the two agents that answer: RTVBP, and bare frames for the page that does everything by hand. */
export interface Host {
  /** `host:port` of the pages and the RTVBP agent, and of the bare one. */
  readonly pages: string;
  readonly bare: string;
  /** Answers the next RTVBP calls; an echo unless it is replaced. */
  agent: (call: VoiceSession) => unknown;
  /** When frames of callers arrived, epoch milliseconds; emptied by whoever reads it. */
  readonly arrivals: number[];
  /** Hears frames for the bare agent, in place of the echo. */
  onBareFrame: ((frame: Buffer) => void) | undefined;
  /** Sends to every caller of the bare agent. */
  sendBare(data: Uint8Array | string): void;
  /** The two recordings uploaded to `/clips/<id>`. */
  takeClips(id: string): { readonly heard: Clip; readonly spoken: Clip };
  close(): Promise<void>;
}

export async function openHost(): Promise<Host> {
  const script = await pageScript();
  const clips = new Map<string, Buffer>();
  const pages = createServer(async (request, response) => {
    const path = request.url ?? "/";
    if (/[?&]isolated\b/.test(path)) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (request.method === "POST") {
      clips.set(path, await bodyOf(request));
      return response.writeHead(204).end();
    }
    const isScript = path === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><title>bench:call</title><script src="/page.js"></script>');
  });
  const host: Host = {
    pages: "",
    bare: "",
    agent: echo,
    arrivals: [],
    onBareFrame: undefined,
    sendBare: (data) => {
      for (const socket of bare.clients) socket.send(data);
    },
    takeClips: (id) => {
      const take = (name: string): Buffer => {
        const path = `/clips/${id}/${name}`;
        const bytes = clips.get(path);
        if (!bytes) throw new Error(`the page uploaded no ${path}`);
        clips.delete(path);
        return bytes;
      };
      return { heard: Clip.read(take("heard"), "start"), spoken: Clip.read(take("spoken"), "end") };
    },
    close: async () => {
      await voice.close();
      for (const socket of bare.clients) socket.terminate();
      pages.closeAllConnections();
      bareServer.closeAllConnections();
      await Promise.all([pages, bareServer].map((server) => new Promise((done) => server.close(done))));
    },
  };
  async function echo(call: VoiceSession): Promise<void> {
    for await (const frame of call.audio) {
      host.arrivals.push(Date.now());
      call.output.send(frame);
    }
  }
  const voice = createVoiceServer({
    server: pages,
    path: "/voice",
    allowedOrigins: "*",
    // Fifty calls one after the other come from one address.
    maxSessions: 1000,
    onCall: (call) => host.agent(call),
  });
  const bareServer = createServer();
  const bare = new WebSocketServer({ server: bareServer, perMessageDeflate: false });
  bare.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      host.arrivals.push(Date.now());
      if (host.onBareFrame) host.onBareFrame(data);
      else socket.send(data);
    });
  });
  const [pagesPort, barePort] = await Promise.all([listen(pages), listen(bareServer)]);
  return Object.assign(host, { pages: `localhost:${pagesPort}`, bare: `localhost:${barePort}` });
}

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "test/bench/call/page/index.ts")],
    tsconfig: join(root, "tsconfig.json"),
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port)));
}
