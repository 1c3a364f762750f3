/** Both ends of a call over WebRTC in this process, over real sockets. */
import { networkInterfaces } from "node:os";
import type { VoiceServerOptions } from "../../../../lib/node/index.ts";
import { connectNodeWebRtc, type NodeWebRtcOptions } from "../../../../lib/node/webrtc/connect-node-webrtc.ts";
import { findCodec } from "../../../../lib/protocol/index.ts";
import { Session } from "../../../../lib/session/index.ts";
import { TransportError } from "../../../../lib/transport/index.ts";
import { type ServerRig, serve } from "../server-rig.ts";

export const webRtcProfile = "rtvbp.webrtc.v1";

/** Loopback is offered where there is no other address. */
export const webrtc = Object.values(networkInterfaces())
  .flat()
  .some((address) => address && !address.internal)
  ? {}
  : { hostAddresses: ["127.0.0.1"] };

export function serveRtc(options: Partial<VoiceServerOptions> = {}): Promise<ServerRig> {
  return serve({ profiles: ["rtvbp.v1", webRtcProfile], webrtc, ...options });
}

export interface RtcCaller {
  readonly session: Session;
  /** L16 at 8 kHz. */
  readonly received: Buffer[];
}

/**
 * Connects again, as a caller does, where the handshake failed: werift fails its own (flight 3 of DTLS) when the peer takes half a second to answer the
 * first packet, because it then gets two answers. Not where the call was refused.
 */
export async function connecting<T>(connect: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof TransportError) || error.code !== "transport-media" || error.fatal || attempt === 5)
        throw error;
      console.warn(`connecting again after: ${error.message}`);
    }
  }
}

export const dialRtc = (url: string, options: Partial<NodeWebRtcOptions> = {}): Promise<RtcCaller> =>
  connecting(() => dialOnce(url, options));

async function dialOnce(url: string, options: Partial<NodeWebRtcOptions>): Promise<RtcCaller> {
  const received: Buffer[] = [];
  const session = new Session({
    role: "voice",
    transport: connectNodeWebRtc({ url, webrtc, ...options }),
    onFrame: (frame) => void received.push(Buffer.from(frame)),
  });
  session.handle("audio.buffer.clear", () => ({ len: 0 }));
  await session.initialize({
    application: { id: "app" },
    call: { id: "call-1", session_id: "session-1", from: "alice", to: "bob" },
    codecs: [findCodec("L16/8000/1")!],
  });
  return { session, received };
}

/** Little-endian L16 at 8 kHz: a tone whose frequency rises from 300 to 2,300 Hz within a second, so that every place of it is its own. */
export function sweep(ms: number): Uint8Array {
  const samples = new Float64Array(ms * 8).map((_, at) => at / 8000);
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((seconds, at) => {
    bytes.writeInt16LE(Math.round(12_000 * Math.sin(2 * Math.PI * (300 * seconds + 1000 * seconds * seconds))), at * 2);
  });
  return bytes;
}
