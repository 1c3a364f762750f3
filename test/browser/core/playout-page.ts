/** Runs in the page: a long call through the core on a simulated clock. */
import { longCall, playLongCall } from "../../bench/jitter/long-call.ts";

export const playoutPage = {
  async play(wasmBase64: string, minutes: number): Promise<{ hash: string; ticks: number }> {
    const bytes = Uint8Array.from(atob(wasmBase64), (character) => character.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes, {});
    const { hash, ticks } = playLongCall(longCall(minutes), instance);
    return { hash, ticks: ticks.length };
  },
};

Object.assign(globalThis, { playoutPage });
