import type { AssetUrls } from "voicebridge";

/**
 * The built site is served under a strict policy: its calls use the asset files beside it. While it is developed they are inlined, as they are for
 * most users. The elements are told at the moment they are asked for something, wherever they came from.
 */
const here = import.meta.url; // the bundler would look for a file at build time
const address = (file: string): string => new URL(`../voicebridge/${file}`, here).href;

function useFiles(): void {
  for (const element of document.querySelectorAll("voice-call")) {
    element.workletUrl ??= address("worklet.js");
    element.workerUrl ??= address("worker.js");
    element.wasmUrl ??= address("core.wasm");
  }
  const assets = {
    workletUrl: address("worklet.js"),
    workerUrl: address("worker.js"),
    wasmUrl: address("core.wasm"),
  };
  for (const element of document.querySelectorAll("voice-preflight")) element.options ??= { assets };
}

/** For calls that a page makes itself. Undefined while it is developed. */
export const assets: AssetUrls | undefined = import.meta.env.PROD
  ? {
      workletUrl: address("worklet.js"),
      workerUrl: address("worker.js"),
      wasmUrl: address("core.wasm"),
      mixerWorkletUrl: address("mixer-worklet.js"),
      signalsUrl: address("signals.wasm"),
    }
  : undefined;

if (import.meta.env.PROD) {
  for (const type of ["voice-call-request", "voice-preflight-request"]) {
    document.addEventListener(type, useFiles, { capture: true });
  }
}
