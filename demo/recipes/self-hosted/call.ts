import { Call } from "voicebridge";

/** For a call without elements; `<voice-call>` takes the same as `worklet-url`, `worker-url` and `wasm-url`. */
export const makeCall = (src: string): Call =>
  new Call({
    src,
    assets: {
      workletUrl: "/voicebridge/worklet.js",
      workerUrl: "/voicebridge/worker.js",
      wasmUrl: "/voicebridge/core.wasm",
    },
  });
