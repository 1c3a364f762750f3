import type { AssetUrls } from "voicebridge";

/** Where the built site has the assets of the package: it is served under a strict policy. Undefined while it is developed: they are inlined. */
export const assets: AssetUrls | undefined = import.meta.env.PROD
  ? {
      workletUrl: new URL("../voicebridge/worklet.js", import.meta.url).href,
      workerUrl: new URL("../voicebridge/worker.js", import.meta.url).href,
      wasmUrl: new URL("../voicebridge/core.wasm", import.meta.url).href,
    }
  : undefined;
