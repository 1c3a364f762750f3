import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { type LinkSocket, SignalLink, type Welcome } from "../../../lib/call/client/signal-link.ts";
import { placeCall } from "../../../lib/node/index.ts";
import { serveHub } from "./hub/hub-rig.ts";
import { afterwards, first, serve } from "./server-rig.ts";
import { until } from "./voice-side.ts";

type Socket = new (url: string, protocols: string[]) => LinkSocket;

test("no address that is dialled, and no line of a log, names a credential or the place that is resumed", async () => {
  const http = createServer();
  /** What a proxy in front of it would log. */
  const access: string[] = [];
  http.on("upgrade", ({ method, url, httpVersion }) => void access.push(`${method} ${url} HTTP/${httpVersion}`));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  afterwards(() => new Promise((resolve) => http.close(resolve)));
  const authorize = ({ token }: { token: string | undefined }) => token === "sesame-7311";
  const hub = await serveHub({ server: http, authorize });
  const voice = await serve({ server: http, path: "/agent", authorize });
  const base = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const welcomes: Welcome[] = [];
  const sockets: WebSocket[] = [];
  class Kept extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const link = new SignalLink(
    { hub: `${base}/hub`, id: "alice", token: "sesame-7311", WebSocket: Kept as unknown as Socket },
    { message: () => {}, welcome: (welcome) => void welcomes.push(welcome), state: () => {} },
  );
  afterwards(() => link.close());
  await link.open();
  sockets[0]?.terminate();
  await until(() => welcomes.length === 2, "the place to be resumed");
  expect(welcomes[1]?.resumed).toBe(true);

  const caller = await placeCall({ url: `${base}/agent`, bearer: "sesame-7311", callId: "c-1" });
  await first(voice.calls);
  await caller.hangUp();

  const [hello] = welcomes;
  expect(access).toHaveLength(3);
  const written = [...access, ...hub.log, ...voice.log].join("\n");
  for (const secret of ["sesame-7311", hello!.resumeToken]) {
    for (const form of [secret, Buffer.from(secret).toString("base64url")]) expect(written).not.toContain(form);
  }
});
