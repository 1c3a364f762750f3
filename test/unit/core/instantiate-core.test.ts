import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import {
  CaptureStream,
  CoreError,
  coreBytes,
  instantiateCore,
  instantiateSignals,
  PlaybackStream,
  signalsBytes,
  ToneGenerator,
} from "../../../lib/core/index.ts";

const root = join(import.meta.dirname, "../../..");
let script: string;

/** lib/core as one classic script, to be run in a realm of its own. */
beforeAll(async () => {
  const result = await build({
    entryPoints: [join(root, "lib/core/index.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "core",
    target: "es2022",
  });
  script = result.outputFiles[0]!.text;
}, 60_000);

const format = { codec: "L16", sampleRate: 16_000 } as const;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CoreError);
    return (error as CoreError).code;
  }
  return "nothing thrown";
}

describe("instantiateCore", () => {
  test("takes bytes, a view of them, or a compiled module", () => {
    const bytes = coreBytes();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const source of [bytes, bytes.buffer, shifted.subarray(3), new WebAssembly.Module(bytes)]) {
      expect(new PlaybackStream(instantiateCore(source), { format, deviceRate: 48_000 }).stats().bytes.received).toBe(
        0,
      );
    }
  });

  test("works where there is no TextDecoder, atob, performance or timer, as in an AudioWorklet", () => {
    const realm = createContext({ bytes: coreBytes() });
    const state = runInContext(
      `${script};
      const stream = new core.PlaybackStream(core.instantiateCore(bytes), { format: { codec: "PCMU", sampleRate: 8000 }, deviceRate: 48000 });
      stream.push(new Uint8Array(800).fill(0x80), 0);
      const out = new Float32Array(128);
      for (let i = 0; i < 100; i++) stream.pull(out, i * 128 / 48);
      [typeof TextDecoder, typeof atob, typeof performance, typeof setTimeout, stream.stats().bytes.received]`,
      realm,
    ) as unknown[];
    expect([...state]).toEqual(["undefined", "undefined", "undefined", "undefined", 800]);
  });

  test("names the missing directive where code generation from wasm is forbidden", () => {
    const realm = createContext({ bytes: coreBytes() }, { codeGeneration: { strings: false, wasm: false } });
    const error = runInContext(
      `${script}; try { core.instantiateCore(bytes); } catch (error) { [error.name, error.code, error.message, String(error.cause)] }`,
      realm,
    ) as string[];
    expect(error[0]).toBe("CoreError");
    expect(error[1]).toBe("core-csp");
    expect(error[2]).toContain("'wasm-unsafe-eval'");
    expect(error[3]).toContain("CompileError");
  });

  test("says so where there is no WebAssembly at all", () => {
    const realm = createContext({ bytes: coreBytes() });
    const code = runInContext(
      `delete globalThis.WebAssembly; ${script}; try { core.instantiateCore(bytes); } catch (error) { error.code }`,
      realm,
    );
    expect(code).toBe("core-unsupported");
  });

  test("the signal tools start as the core does", () => {
    const bytes = signalsBytes();
    const tone = new Float32Array(480);
    for (const source of [bytes, new WebAssembly.Module(bytes)]) {
      const generator = new ToneGenerator(instantiateSignals(source), { sampleRate: 48_000 });
      generator.start("dial");
      generator.pull(tone);
      expect(tone.some((value) => value > 0.1)).toBe(true);
    }
  });

  test("refuses bytes that are not this core, and one file in place of the other", () => {
    const page = new TextEncoder().encode("<!doctype html><title>404</title>");
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    expect(codeOf(() => instantiateCore(page))).toBe("core-bytes");
    expect(codeOf(() => instantiateCore(new Uint8Array(0)))).toBe("core-bytes");
    expect(codeOf(() => instantiateCore(empty))).toBe("core-bytes");
    expect(codeOf(() => instantiateCore(coreBytes().slice(0, 500)))).not.toBe("nothing thrown");
    expect(codeOf(() => instantiateCore(signalsBytes()))).toBe("core-bytes");
    expect(codeOf(() => instantiateSignals(coreBytes()))).toBe("core-bytes");
    expect(() => instantiateSignals(page)).toThrow(/signals\.wasm/);
  });

  test("an instance carries one stream", () => {
    const core = instantiateCore(coreBytes());
    new CaptureStream(core, { format, deviceRate: 48_000 });
    expect(codeOf(() => new PlaybackStream(core, { format, deviceRate: 48_000 }))).toBe("core-busy");
  });

  test.each([
    ["PCMU", 16_000, 48_000],
    ["G722", 8000, 48_000],
    ["L16", 22_050, 48_000],
    ["L16", 16_000, 4000],
    ["L16", 16_000, 400_000],
    ["OPUS", 48_000, 48_000],
  ])("refuses %s at %i Hz on a device at %i Hz, and says what is supported", (codec, sampleRate, deviceRate) => {
    const wrong = { format: { codec: codec as "L16", sampleRate }, deviceRate };
    expect(codeOf(() => new PlaybackStream(instantiateCore(coreBytes()), wrong))).toBe("core-format");
    expect(codeOf(() => new CaptureStream(instantiateCore(coreBytes()), wrong))).toBe("core-format");
    expect(() => new CaptureStream(instantiateCore(coreBytes()), wrong)).toThrow(/G722 at 16000/);
  });
});
