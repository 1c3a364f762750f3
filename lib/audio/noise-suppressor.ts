/** `voicebridge/noise-suppressor`: the page's own noise suppressor, made of the optional package @sapphi-red/web-noise-suppressor. */
import { AudioError } from "./audio-error.ts";
import { CspWatch, scriptBlocked } from "./csp-watch.ts";
import type { NoiseSuppressor } from "./devices.ts";

type SuppressorNode = new (
  context: AudioContext,
  options: { readonly maxChannels: number; readonly wasmBinary: ArrayBuffer },
) => AudioWorkletNode & { destroy(): void };

/** What is used of the package. */
export interface NoiseSuppressorPackage {
  readonly RnnoiseWorkletNode: SuppressorNode;
  readonly SpeexWorkletNode: SuppressorNode;
}

/** Where the page serves the package's files: nothing of them is asked for before the suppressor is switched on. */
export interface NoiseSuppressorOptions {
  /** `speex` (default) runs at any rate; `rnnoise` is three times its size, takes more away, and wants a device at 48 kHz. */
  readonly kind?: "rnnoise" | "speex";
  /** `rnnoiseWorklet.js` or `speexWorklet.js` of the package. Governed by `script-src`. */
  readonly workletUrl: string | URL;
  /** `rnnoise_simd.wasm`, `rnnoise.wasm` or `speex.wasm` of the package. Governed by `connect-src`. */
  readonly wasmUrl: string | URL;
  /** How to load the package where `import("@sapphi-red/web-noise-suppressor")` leads nowhere: on a page without bundler and import map. */
  readonly load?: () => Promise<NoiseSuppressorPackage>;
}

/**
 * For `pageDevices().noiseSuppressor`. Importable anywhere. What it makes rejects with `audio-noise-suppressor` where the package or one of
 * its files is missing, and with `csp-worklet` or `csp-connect` where the page's policy blocks one.
 */
export function noiseSuppressor(options: NoiseSuppressorOptions): NoiseSuppressor {
  const { kind = "speex", workletUrl, wasmUrl, load = () => import("@sapphi-red/web-noise-suppressor") } = options;
  let loaded: Promise<[NoiseSuppressorPackage, ArrayBuffer]> | undefined;
  const added = new WeakMap<AudioContext, Promise<void>>();
  return async (context) => {
    if (kind === "rnnoise" && context.sampleRate !== 48_000) {
      throw new AudioError(
        "audio-noise-suppressor",
        `rnnoise needs a device at 48000 Hz, and this one runs at ${context.sampleRate} Hz: use speex.`,
      );
    }
    loaded ??= Promise.all([packageOf(load), wasmAt(wasmUrl)]);
    const adding = added.get(context) ?? addWorklet(context, workletUrl);
    added.set(context, adding);
    let parts: [NoiseSuppressorPackage, ArrayBuffer];
    try {
      [parts] = await Promise.all([loaded, adding]);
    } catch (error) {
      // The next attempt begins anew.
      loaded = undefined;
      added.delete(context);
      throw error;
    }
    const [{ RnnoiseWorkletNode, SpeexWorkletNode }, wasmBinary] = parts;
    const Node = kind === "speex" ? SpeexWorkletNode : RnnoiseWorkletNode;
    const node = new Node(context, { maxChannels: 1, wasmBinary });
    node.channelCount = 1;
    node.channelCountMode = "explicit";
    return { node, close: () => node.destroy() };
  };
}

async function packageOf(load: () => Promise<NoiseSuppressorPackage>): Promise<NoiseSuppressorPackage> {
  try {
    return await load();
  } catch (cause) {
    throw new AudioError("audio-noise-suppressor", "The package @sapphi-red/web-noise-suppressor is not there.", {
      cause,
    });
  }
}

async function addWorklet(context: AudioContext, workletUrl: string | URL): Promise<void> {
  const url = new URL(workletUrl, document.baseURI).href;
  try {
    await context.audioWorklet.addModule(url);
  } catch (cause) {
    const directive = await scriptBlocked(url);
    if (directive) {
      const message = `The noise suppressor ${url} is blocked by ${directive} of the page's Content-Security-Policy.`;
      throw new AudioError("csp-worklet", message, { cause });
    }
    throw new AudioError("audio-noise-suppressor", `The noise suppressor ${url} could not be loaded.`, { cause });
  }
}

async function wasmAt(wasmUrl: string | URL): Promise<ArrayBuffer> {
  const url = new URL(wasmUrl, document.baseURI).href;
  const watch = new CspWatch();
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    const bytes = await response.arrayBuffer();
    // In the worklet nobody would hear of it.
    if (!WebAssembly.validate(bytes)) throw new Error("it is no WebAssembly");
    return bytes;
  } catch (cause) {
    if (await watch.blocked("connect-src", "default-src")) {
      const message = `The noise suppressor ${url} is blocked by connect-src of the page's Content-Security-Policy.`;
      throw new AudioError("csp-connect", message, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `The noise suppressor ${url} could not be loaded (${reason}).`;
    throw new AudioError("audio-noise-suppressor", message, { cause });
  } finally {
    watch.stop();
  }
}
