import { type Codec, findCodec } from "../../../lib/protocol/index.ts";
import { Session, type SessionEnd, type SessionOptions } from "../../../lib/session/index.ts";
import { createMemoryTransportPair, type MemoryTransport } from "../../../lib/transport/memory.ts";
import type { TextMessage, TransportClose } from "../../../lib/transport/transport.ts";

export const narrow: Codec = findCodec("L16/8000/1")!;
export const wide: Codec = findCodec("L16/16000/1")!;

export const offer = {
  application: { id: "app" },
  call: { id: "call-1", session_id: "session-1", from: "ann", to: "agent" },
  codecs: [wide, narrow],
};

export type Options = Partial<Omit<SessionOptions, "role" | "transport">>;

/** Two sessions over a memory pair, started. The voice side dials. */
export function sessions(options: { voice?: Options; application?: Options } = {}) {
  const [near, far] = createMemoryTransportPair();
  const voice = new Session({ role: "voice", transport: near, ...options.voice });
  const application = new Session({ role: "application", transport: far, ...options.application });
  void voice.start();
  void application.start();
  return { voice, application, near, far };
}

/** The same, initialized and active on both sides. */
export async function call(options: { voice?: Options; application?: Options } = {}) {
  const pair = sessions(options);
  await pair.voice.initialize(offer);
  await turns();
  return pair;
}

/** The far end of a session's transport, in the hands of the test. */
export class RawPeer {
  readonly received: string[] = [];
  closed: TransportClose | undefined;

  constructor(readonly transport: MemoryTransport) {
    transport.listen({
      text: ({ text }: TextMessage) => void this.received.push(text),
      close: (close) => {
        this.closed = close;
      },
    });
  }

  send(...messages: (object | string)[]): void {
    for (const message of messages) {
      this.transport.sendText(typeof message === "string" ? message : JSON.stringify({ version: "1", ...message }));
    }
  }

  get messages(): Record<string, unknown>[] {
    return this.received.map((text) => JSON.parse(text) as Record<string, unknown>);
  }
}

/** One session whose peer is the test. */
export function rawSession(role: "voice" | "application", options: Options = {}) {
  const [near, far] = createMemoryTransportPair();
  const session = new Session({ role, transport: near, ...options });
  void session.start();
  return { session, peer: new RawPeer(far), near };
}

/** A voice session that the test has answered as its application. */
export async function rawVoice(options: Options = {}) {
  const raw = rawSession("voice", options);
  const initialized = raw.session.initialize(offer);
  await turns();
  raw.peer.send({ response: raw.peer.messages[0]!.id, result: { audio_codec: wide } });
  await initialized;
  await turns();
  return raw;
}

/** An application session that the test has initialized as its voice side. */
export async function rawApplication(options: Options = {}) {
  const raw = rawSession("application", options);
  const { codecs, ...rest } = offer;
  raw.peer.send({
    id: "init",
    method: "session.initialize",
    params: { ...rest, audio_codec_offerings: codecs, metadata: null },
  });
  await turns();
  raw.peer.send({ id: "updated", event: "session.updated", data: { audio_codec: wide } });
  await turns();
  return raw;
}

/** Lets everything that needs no time happen. */
export async function turns(count = 60): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** Every end that a session announces, by event and by promise. */
export function endsOf(session: Session): { events: SessionEnd[]; promised: SessionEnd[] } {
  const ends = { events: [] as SessionEnd[], promised: [] as SessionEnd[] };
  session.addEventListener("ended", ({ end }) => ends.events.push(end));
  void session.ended.then((end) => ends.promised.push(end));
  return ends;
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string; status?: number }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code?: string; status?: number };
  }
  throw new Error("It did not reject.");
}
