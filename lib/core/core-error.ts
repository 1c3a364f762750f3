/**
 * - `core-csp`: the page's Content-Security-Policy forbids WebAssembly.
 * - `core-unsupported`: this browser has no WebAssembly, or not what the core needs of it (SIMD).
 * - `core-bytes`: the bytes are not the core this code was built with.
 * - `core-format`: the codec, its rate, the device rate or the frame length is not supported.
 * - `core-busy`: the instance already carries a stream; instantiate another.
 */
export type CoreErrorCode = "core-csp" | "core-unsupported" | "core-bytes" | "core-format" | "core-busy";

export class CoreError extends Error {
  readonly code: CoreErrorCode;

  constructor(code: CoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CoreError";
    this.code = code;
  }
}
