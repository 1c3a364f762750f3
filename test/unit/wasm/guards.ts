import { expect } from "vitest";

export const guardBytes = 64;

/** A buffer of the core: where it starts and how long it is. A guard lies before and after each. */
export interface Area {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
}

/** Paints the guards around the areas; the returned function expects that nothing has written there since. */
export function paintGuards(memory: WebAssembly.Memory, areas: readonly Area[]): () => void {
  const bytes = new Uint8Array(memory.buffer);
  for (const { start, bytes: length } of areas) {
    bytes.fill(0xa5, start - guardBytes, start);
    bytes.fill(0xa5, start + length, start + length + guardBytes);
  }
  return () => {
    for (const { name, start, bytes: length } of areas) {
      const before = bytes.subarray(start - guardBytes, start);
      const after = bytes.subarray(start + length, start + length + guardBytes);
      expect(before.every((byte) => byte === 0xa5) ? "" : `written before ${name}`).toBe("");
      expect(after.every((byte) => byte === 0xa5) ? "" : `written after ${name}`).toBe("");
    }
  };
}
