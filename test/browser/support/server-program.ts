/** A voice server as a process of its own, to be killed and stopped: an echo that tells by lines of JSON what happens. Its port is its argument. */
import { createVoiceServer } from "../../../lib/node/index.ts";

/** What the server tells. */
export type ServerNews =
  | { readonly type: "listening"; readonly url: string; readonly at: number }
  | {
      readonly type: "active";
      readonly call: string;
      readonly session: string;
      readonly resumedFrom: string | null;
      readonly at: number;
    }
  /** The first sound of a call came. */
  | { readonly type: "heard"; readonly call: string; readonly at: number }
  | {
      readonly type: "ended";
      readonly call: string;
      readonly by: string;
      readonly reason: string;
      readonly at: number;
    };

type Said<News> = News extends unknown ? Omit<News, "at"> : never;
const tell = (news: Said<ServerNews>): void =>
  void process.stdout.write(`${JSON.stringify({ ...news, at: Date.now() })}\n`);

const server = createVoiceServer({
  port: Number(process.argv[2] ?? 0),
  host: "127.0.0.1",
  allowedOrigins: "*",
  onCall: async (call) => {
    const { id, session_id: session } = call.call;
    const { resumed_from: resumedFrom = null } = call.metadata as { resumed_from?: string };
    tell({ type: "active", call: id, session, resumedFrom });
    call.on("ended", ({ by, reason }) => tell({ type: "ended", call: id, by, reason }));
    let heard = false;
    for await (const frame of call.audio) {
      if (!heard) tell({ type: "heard", call: id });
      heard = true;
      call.output.send(frame);
    }
  },
});
await server.ready;
tell({ type: "listening", url: server.url });
