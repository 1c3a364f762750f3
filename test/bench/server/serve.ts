// The servers under test, each in a process of its own: `main.mjs --serve voicebridge|ws`. Says where it listens as one line of JSON; ends with
// its standard input.
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { createVoiceServer } from "../../../lib/node/index.ts";

export type ServerKind = "voicebridge" | "ws";

export async function serve(kind: ServerKind): Promise<void> {
  const url = kind === "voicebridge" ? await serveOurs() : await servePlain();
  console.log(JSON.stringify({ url }));
  process.stdin.resume().on("end", () => process.exit(0));
}

async function serveOurs(): Promise<string> {
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    maxSessions: 100_000,
    onCall: (call) => call.audio.each((frame) => call.output.send(frame)),
  });
  await server.ready;
  return `${server.url}/`;
}

/** As little as a server on `ws` can do and still answer a call: no session, no checks, no pacing, no liveness. */
async function servePlain(): Promise<string> {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    perMessageDeflate: false,
    handleProtocols: () => "rtvbp.v1",
  });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        socket.send(data);
        return;
      }
      const { id, method, params } = JSON.parse(data.toString()) as {
        id: string;
        method?: string;
        params?: { audio_codec_offerings?: unknown[] };
      };
      if (method === undefined) return;
      const result = method === "session.initialize" ? { audio_codec: params?.audio_codec_offerings?.[0] } : {};
      socket.send(JSON.stringify({ version: "1", response: id, result }));
      if (method === "session.terminate") socket.close(1000);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
