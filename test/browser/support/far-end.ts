import { createVoiceServer } from "../../../lib/node/index.ts";

/** What an echo in this process knows of its caller. */
export interface FarEnd {
  readonly url: string;
  /** Frames of the caller, each sent back as it came. */
  readonly heard: readonly { readonly atMs: number; readonly silent: boolean }[];
}

/** A voice server for one page: it echoes, and writes down when frames came, epoch milliseconds, and whether every sample of them was 0 (L16). */
export async function withEcho(use: (far: FarEnd) => Promise<void>): Promise<void> {
  const heard: { atMs: number; silent: boolean }[] = [];
  const server = createVoiceServer({
    port: 0,
    host: "127.0.0.1",
    allowedOrigins: "*",
    codecs: ["L16/16000/1"],
    onCall: (call) =>
      call.audio.each((frame) => {
        heard.push({ atMs: Date.now(), silent: frame.every((byte) => byte === 0) });
        call.output.send(frame);
      }),
  });
  await server.ready;
  try {
    await use({ url: server.url, heard });
  } finally {
    await server.close();
  }
}
