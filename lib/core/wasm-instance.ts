import { CoreError } from "./core-error.ts";

/** What both wasm files export. Pointers are byte offsets into `memory`; the contract of each function is written in wasm/. */
export interface BlockExports {
  readonly memory: WebAssembly.Memory;
  inputPtr(): number;
  outputPtr(): number;
  blockBytes(): number;
  codecUnitBytes(codec: number, rate: number): number;
}

/** An instance and the two areas where bytes and samples are handed over. Its memory never grows: the views stay valid. */
export class WasmInstance<Exports extends BlockExports> {
  readonly exports: Exports;
  /** Both views of each area cover the same memory. */
  readonly inputBytes: Uint8Array;
  readonly inputSamples: Float32Array;
  readonly outputBytes: Uint8Array;
  readonly outputSamples: Float32Array;
  readonly #claimed = new Set<string>();

  constructor(exports: Exports) {
    this.exports = exports;
    const { buffer } = exports.memory;
    const bytes = exports.blockBytes();
    this.inputBytes = new Uint8Array(buffer, exports.inputPtr(), bytes);
    this.inputSamples = new Float32Array(buffer, exports.inputPtr(), bytes / 4);
    this.outputBytes = new Uint8Array(buffer, exports.outputPtr(), bytes);
    this.outputSamples = new Float32Array(buffer, exports.outputPtr(), bytes / 4);
  }

  /** The state of each tool is there once. Throws `core-busy` when it is taken. */
  claim(tool: string): void {
    if (this.#claimed.has(tool)) {
      throw new CoreError("core-busy", `This wasm instance already carries a ${tool}; make another for another one.`);
    }
    this.#claimed.add(tool);
  }
}
