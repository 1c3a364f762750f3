/** The page of noise-suppressor.spec.ts: a call whose uplink is kept, and a suppressor that the page may bring along. */
import * as audio from "../../../lib/audio/index.ts";
import { noiseSuppressor } from "../../../lib/audio/noise-suppressor.ts";
import { FrameReader } from "../../../lib/frames/index.ts";

const sampleRate = 16_000;
let uplink: Int16Array[] = [];
const said: string[] = [];

const tools = {
  devices: audio.pageDevices,
  said,

  /** A loudspeaker with this rate, which the AudioContext takes. */
  useDeviceAt(sampleRate: number): void {
    const Native = globalThis.AudioContext;
    globalThis.AudioContext = class extends Native {
      constructor(options?: AudioContextOptions) {
        super({ ...options, sampleRate });
      }
    };
  },

  /** `wasm`: another file in place of the right one. `packaged`: the package is loaded by its name, which leads nowhere on this page. */
  bring(kind: "rnnoise" | "speex", { wasm = "", packaged = true } = {}): void {
    const file = kind === "rnnoise" ? "rnnoise_simd.wasm" : "speex.wasm";
    const index = "/suppressor/index.js";
    audio.pageDevices().noiseSuppressor = noiseSuppressor({
      kind,
      workletUrl: `/suppressor/${kind}/workletProcessor.js`,
      wasmUrl: `/suppressor/${wasm || file}`,
      ...(packaged ? { load: () => import(index) } : {}),
    });
  },

  async call(): Promise<audio.CallAudio> {
    const microphone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const one = await audio.CallAudio.open({ microphone });
    one.addEventListener("warning", ({ warning }) => said.push(warning.code));
    one.addEventListener("warningclear", ({ code }) => said.push(`-${code}`));
    const { uplink: end } = await one.start({ codec: "L16", sampleRate });
    new FrameReader(end, (frame) => uplink.push(new Int16Array(frame.slice().buffer))).listen();
    return one;
  },

  /** What the microphone gives from now on. */
  async listen(seconds: number): Promise<number[]> {
    uplink = [];
    const length = () => uplink.reduce((sum, frame) => sum + frame.length, 0);
    while (length() < seconds * sampleRate) await new Promise((resolve) => setTimeout(resolve, 50));
    return uplink.flatMap((frame) => [...frame]);
  },

  failure: (run: () => Promise<unknown>) =>
    run().then(
      () => undefined,
      ({ code, message, action }: audio.AudioError) => ({ code, message, action }),
    ),
};

Object.assign(globalThis, { noise: tools });

declare global {
  var noise: typeof tools;
}
