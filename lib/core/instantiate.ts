import { Core, type CoreExports } from "./core.ts";
import { CoreError } from "./core-error.ts";
import { Signals, type SignalsExports } from "./signals.ts";

/**
 * Compiles (unless given a module) and instantiates core.wasm. Synchronous; works in any thread, AudioWorkletGlobalScope included.
 * Throws `core-csp`, `core-unsupported` or `core-bytes`.
 */
export function instantiateCore(source: BufferSource | WebAssembly.Module): Core {
  return new Core(instantiate<CoreExports>(source, "core.wasm", "playbackPull"));
}

/** The same for signals.wasm. */
export function instantiateSignals(source: BufferSource | WebAssembly.Module): Signals {
  return new Signals(instantiate<SignalsExports>(source, "signals.wasm", "mixerRun"));
}

/** The exports are taken for what they should be when `sign`, which only this file has, is among them. */
function instantiate<Exports>(source: BufferSource | WebAssembly.Module, file: string, sign: keyof Exports): Exports {
  if (typeof WebAssembly === "undefined") {
    throw new CoreError("core-unsupported", "This environment has no WebAssembly, which the audio core needs.");
  }
  const module = isModule(source) ? source : compile(source, file);
  const { exports } = new WebAssembly.Instance(module, {});
  if (!(sign in exports)) {
    throw new CoreError(
      "core-bytes",
      `These bytes are not this version's audio core: serve ${file} of the same release.`,
    );
  }
  return exports as Exports;
}

/** Also for a module that comes from another realm. */
function isModule(source: BufferSource | WebAssembly.Module): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function compile(bytes: BufferSource, file: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Chromium, Firefox and WebKit each say it in their own words; "embedder" is V8's when nobody explains.
    if (/unsafe-eval|content.security.policy|\bcsp\b|disallowed by embedder/i.test(reason)) {
      throw new CoreError(
        "core-csp",
        "The page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src directive.",
        { cause },
      );
    }
    if (!validates(bytes) && isWasm(bytes)) {
      throw new CoreError("core-unsupported", "This browser cannot run the audio core; it needs WebAssembly SIMD.", {
        cause,
      });
    }
    throw new CoreError("core-bytes", `The audio core did not compile; is this ${file}? (${reason})`, { cause });
  }
}

function validates(bytes: BufferSource): boolean {
  try {
    return WebAssembly.validate(bytes);
  } catch {
    return false;
  }
}

function isWasm(bytes: BufferSource): boolean {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  return view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
}
