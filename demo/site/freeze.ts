import type { CallStats } from "voicebridge";

/** Keeps the main thread busy. */
export function freeze(durationMs: number): void {
  const until = performance.now() + durationMs;
  while (performance.now() < until);
}

/** Shows that the main thread runs: tenths of seconds since the page was opened. */
export function runClock(output: HTMLElement): void {
  const tick = () => {
    output.textContent = `${(performance.now() / 1000).toFixed(1)} s`;
    requestAnimationFrame(tick);
  };
  tick();
}

/**
 * What a freeze did to the call: frames from the counters right before and right after it; underruns from `settled`,
 * read a little later, since the audio thread reports once a second.
 */
export function describeFreeze(
  seconds: number,
  before: CallStats | undefined,
  after: CallStats | undefined,
  settled: CallStats | undefined,
): string {
  const [from, to] = [before?.transport, after?.transport];
  if (!from || !to) return `The page was frozen for ${seconds} s. Start a call to hear that it goes on.`;
  const received = to.receivedFrames - from.receivedFrames;
  const sent = to.sentFrames - from.sentFrames;
  const lost =
    to.droppedUplinkFrames - from.droppedUplinkFrames + to.droppedDownlinkFrames - from.droppedDownlinkFrames;
  const underruns = (settled?.audio?.playback?.underruns ?? 0) - (before?.audio?.playback?.underruns ?? 0);
  return `Frozen for ${seconds} s: ${sent} frames sent, ${received} received, ${lost} lost, ${underruns} underruns.`;
}
