/**
 * Gecko answers `outputLatency` on the page's own thread by asking its sound server, which without a real device may never reply: the page hangs.
 * `getOutputTimestamp` asks the same way.
 */
const mayHang = "mozInnerScreenX" in globalThis;

/** From the context's output to the loudspeaker, milliseconds, as far as the browser can be asked: in Firefox without the device's own part. */
export function outputDelayMs(context: Pick<AudioContext, "baseLatency" | "outputLatency">): number {
  return 1000 * ((context.baseLatency || 0) + (mayHang ? 0 : context.outputLatency || 0));
}
