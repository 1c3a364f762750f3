import { VoiceSession, type VoiceSessionOptions } from "../../../lib/node/index.ts";
import { type Codec, findCodec } from "../../../lib/protocol/index.ts";
import { Session, type SessionTap } from "../../../lib/session/index.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { ManualClock } from "./manual-clock.ts";

export interface MemoryCall {
  readonly clock: ManualClock;
  /** The caller's session. */
  readonly voice: Session;
  readonly call: VoiceSession;
  readonly codec: Codec;
  /** Speaks into the microphone: frames of 20 ms, one every 20 ms. */
  speak(bytes: Uint8Array): Promise<void>;
  send(bytes: Uint8Array): void;
}

/** An active call over memory, under a clock that the test moves. */
export async function openMemoryCall(
  codecId = "L16/8000/1",
  { tapWith, ...options }: Partial<VoiceSessionOptions> & { tapWith?: (clock: ManualClock) => SessionTap } = {},
): Promise<MemoryCall> {
  const clock = new ManualClock();
  const codec = findCodec(codecId)!;
  const [near, far] = createMemoryTransportPair({ highWaterBytes: 1 << 24, now: () => clock.now() });
  const voice = new Session({ role: "voice", transport: near, clock, onFrame: () => {} });
  const call = new VoiceSession({ id: "1", transport: far, clock, tap: tapWith?.(clock), ...options });
  await call.start();
  await voice.initialize({
    application: { id: "" },
    call: { id: "c", session_id: "s", from: "a", to: "b" },
    codecs: [codec],
  });
  await call.ready;
  const send = (bytes: Uint8Array): void => void voice.transport?.sendFrame(Uint8Array.from(bytes));
  const speak = async (bytes: Uint8Array): Promise<void> => {
    const frameBytes = call.format.frameBytes;
    for (let at = 0; at < bytes.byteLength; at += frameBytes) {
      send(bytes.subarray(at, at + frameBytes));
      await clock.advance(20);
    }
  };
  return { clock, voice, call, codec, speak, send };
}

/** L16: samples that say where they are. */
export function ramp(from: number, count: number): Uint8Array {
  const samples = new Int16Array(count).map((_, i) => ((from + i) % 30_000) + 1000);
  return new Uint8Array(samples.buffer);
}
