import { coreBytes } from "../core/index.ts";
import { AudioError } from "./audio-error.ts";
import { CspWatch, scriptBlocked } from "./csp-watch.ts";
import { workletSource } from "./worklet.generated.ts";

/** Where a site with a strict Content-Security-Policy serves the library's files itself. Left out, they are inlined. */
export interface AudioAssets {
  /** `worklet.js`. Loading it is governed by `script-src` (not `worker-src`). */
  readonly workletUrl?: string | URL;
  /** `core.wasm`. Fetching it is governed by `connect-src`; compiling it needs `script-src 'wasm-unsafe-eval'` in either form. */
  readonly wasmUrl?: string | URL;
}

/** By their inlined text. A script can be added to a context once: its processors would be registered twice. */
const added = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>();

/** Loads the worklet script into `context`, once. Rejects with `csp-worklet` or `audio-asset`, and then tries anew at the next call. */
export function addWorklet(context: BaseAudioContext, assets: AudioAssets): Promise<void> {
  return addScript(context, workletSource, assets.workletUrl);
}

/** The same for any script, by its inlined text, loaded from `url` where there is one. */
export function addScript(context: BaseAudioContext, source: string, url: string | URL | undefined): Promise<void> {
  const scripts = added.get(context) ?? new Map<string, Promise<void>>();
  added.set(context, scripts);
  let loading = scripts.get(source);
  if (!loading) {
    loading = load(context, source, url);
    scripts.set(source, loading);
    loading.catch(() => scripts.delete(source));
  }
  return loading;
}

async function load(context: BaseAudioContext, source: string, scriptUrl: string | URL | undefined): Promise<void> {
  const inlined = scriptUrl === undefined;
  const url = inlined
    ? URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
    : new URL(scriptUrl, document.baseURI).href;
  try {
    await context.audioWorklet.addModule(url);
  } catch (cause) {
    const directive = await scriptBlocked(url);
    const what = inlined ? "The inlined audio worklet" : `The audio worklet ${url}`;
    if (directive) {
      throw new AudioError("csp-worklet", `${what} is blocked by ${directive} of the page's Content-Security-Policy.`, {
        cause,
      });
    }
    throw new AudioError("audio-asset", `${what} could not be loaded.`, { cause });
  } finally {
    if (inlined) URL.revokeObjectURL(url);
  }
}

/** The smallest module there is. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** The core's bytes, where this page may compile them. Rejects with `csp-wasm`, `csp-connect` or `audio-asset`. */
export function loadCore(assets: AudioAssets, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return loadWasm(coreBytes, assets.wasmUrl, signal);
}

/** The same for any wasm file, from `url` where there is one. */
export async function loadWasm(
  inlined: () => Uint8Array<ArrayBuffer>,
  wasmUrl: string | URL | undefined,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof WebAssembly === "undefined") {
    throw new AudioError("media-unsupported", "This browser has no WebAssembly, which the audio core needs.");
  }
  try {
    new WebAssembly.Module(emptyModule);
  } catch (cause) {
    throw new AudioError("csp-wasm", "script-src of the page's Content-Security-Policy forbids WebAssembly.", {
      cause,
    });
  }
  if (wasmUrl === undefined) return inlined();
  const url = new URL(wasmUrl, document.baseURI).href;
  const watch = new CspWatch();
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (signal?.aborted) throw new AudioError("audio-aborted", "The audio was not opened: aborted.", { cause });
    if (await watch.blocked("connect-src", "default-src")) {
      throw new AudioError("csp-connect", `${url} is blocked by connect-src of the page's Content-Security-Policy.`, {
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AudioError("audio-asset", `The audio core ${url} could not be loaded (${reason}).`, { cause });
  } finally {
    watch.stop();
  }
}
