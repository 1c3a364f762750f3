/** A voice side for tests: a real session over a real socket, with a caller whose sound is a list of bytes. */
import { connectNodeWebSocket, type NodeWebSocketOptions } from "../../../lib/node/connect-node-websocket.ts";
import { findCodec } from "../../../lib/protocol/index.ts";
import { Session, type SessionOptions } from "../../../lib/session/index.ts";

export interface VoiceSide {
  readonly session: Session;
  /** Everything received, in order. */
  readonly received: Buffer[];
  receivedBytes(): number;
  send(bytes: Uint8Array): boolean;
  press(digit: string): void;
}

let presses = 0;

export async function dial(
  options: NodeWebSocketOptions & {
    codecs?: readonly string[];
    application?: string;
    metadata?: Record<string, unknown>;
  },
  sessionOptions: Partial<SessionOptions> = {},
): Promise<VoiceSide> {
  const received: Buffer[] = [];
  const session = new Session({
    role: "voice",
    transport: connectNodeWebSocket(options),
    onFrame: (frame) => void received.push(Buffer.from(frame)),
    ...sessionOptions,
  });
  await session.initialize({
    application: { id: options.application ?? "" },
    call: { id: "call-1", session_id: "session-1", from: "alice", to: "bob" },
    codecs: (options.codecs ?? ["L16/8000/1"]).map((id) => findCodec(id)!),
    metadata: options.metadata ?? null,
  });
  return {
    session,
    received,
    receivedBytes: () => received.reduce((sum, frame) => sum + frame.byteLength, 0),
    send: (bytes) => session.transport?.sendFrame(bytes) ?? false,
    press: (digit) => {
      const at = 1_000_000 + presses * 100;
      session.emit("dtmf", { seq: presses++, pressed_at: at, released_at: at + 50, digit });
    },
  };
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what = "a condition",
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Bytes that differ from one another wherever one looks. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed >>> 0 || 1;
  return new Uint8Array(length).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}
