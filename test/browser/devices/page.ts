/** The page of these tests: calls with microphones that hum, and what the far end hears of them. */
import * as audio from "../../../lib/audio/index.ts";
import { FrameReader } from "../../../lib/frames/index.ts";
import { VirtualMicrophones } from "./virtual-microphones.ts";

const sampleRate = 16_000;
const microphones = new VirtualMicrophones();
microphones.install();

/** What came of the microphone, frame by frame: the tone that is in it, hertz, or 0 for silence. */
class FarEnd {
  readonly tones: number[] = [];
  readonly #hz: readonly number[];

  constructor(ends: audio.MediaEnds, hz: readonly number[]) {
    this.#hz = hz;
    new FrameReader(ends.uplink, (frame) => this.tones.push(this.#tone(new Int16Array(frame.slice().buffer)))).listen();
  }

  #tone(samples: Int16Array): number {
    let loudest = 0;
    let tone = 0;
    for (const hz of this.#hz) {
      let [re, im] = [0, 0];
      for (const [index, sample] of samples.entries()) {
        re += sample * Math.cos((2 * Math.PI * hz * index) / sampleRate);
        im += sample * Math.sin((2 * Math.PI * hz * index) / sampleRate);
      }
      const level = Math.hypot(re, im) / samples.length;
      if (level > Math.max(loudest, 300)) [loudest, tone] = [level, hz];
    }
    return tone;
  }
}

const frequencies = [500, 1000, 1500];

/** A call that is on, and everything it says. */
async function call(options: audio.CallAudioOptions = {}) {
  const one = await audio.CallAudio.open(options);
  const said: string[] = [];
  const resumes = new Map<string, (() => Promise<void>) | undefined>();
  one.addEventListener("warning", ({ warning }) => {
    said.push(warning.code);
    resumes.set(warning.code, warning.resume);
  });
  one.addEventListener("warningclear", ({ code }) => said.push(`-${code}`));
  const far = new FarEnd(await one.start({ codec: "L16", sampleRate }), frequencies);
  const tone = () => far.tones.slice(-3);
  return { audio: one, said, resumes, far, tone };
}

/** Resolves when the last three frames carry this tone. */
async function hears({ far }: { far: FarEnd }, hz: number, withinMs = 20_000): Promise<void> {
  const until = performance.now() + withinMs;
  const enough = () => far.tones.length > 3 && far.tones.slice(-3).every((tone) => tone === hz);
  while (!enough()) {
    if (performance.now() > until) throw new Error(`hears ${far.tones.slice(-10)}, not ${hz}`);
    await pause(10);
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean, what: string, withinMs = 30_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await pause(20);
  }
}

async function failure(run: () => Promise<unknown>) {
  return run().then(
    () => undefined,
    (error: audio.AudioError) => ({ code: error.code, action: error.action, fatal: error.fatal }),
  );
}

const tools = { ...audio, microphones, call, hears, pause, until, failure };
Object.assign(globalThis, { devicesLab: tools });

declare global {
  var devicesLab: typeof tools;
}
