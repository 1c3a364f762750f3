import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
const html = `<!doctype html><meta charset="utf-8"><title>interop</title><link rel="icon" href="data:,">
<script type="module">import * as voicebridge from "/voicebridge.js"; Object.assign(window, { voicebridge, log: [] });</script>`;
let bundle: Promise<string> | undefined;

async function library(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(root, "lib/index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    tsconfig: resolve(root, "tsconfig.json"),
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** The first line and the headers of an upgrade as they came, so that the server behind sees the host and the origin the browser named. */
function head({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

export interface PageServer {
  readonly url: string;
  close(): void;
}

/** Serves an empty page with the library as `voicebridge`, and passes its WebSockets on to `target`: one host for both, as behind a reverse proxy. */
export async function servePage(target: URL): Promise<PageServer> {
  bundle ??= library();
  const script = await bundle;
  const server: Server = createServer((request, response) => {
    const [type, body] = request.url === "/voicebridge.js" ? ["text/javascript", script] : ["text/html", html];
    response.writeHead(200, { "Content-Type": type }).end(body);
  });
  server.on("upgrade", (request, socket, first) => {
    const behind = connect(Number(target.port), target.hostname);
    behind.write(head(request));
    behind.write(first);
    behind.pipe(socket).pipe(behind);
    // What one side tears down, the other side is to see torn down.
    socket.on("error", () => behind.resetAndDestroy());
    behind.on("error", () => (socket as Socket).resetAndDestroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
