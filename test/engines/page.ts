/** Runs in the page: makes one call with an echo and says what came back. */
import { Call } from "voicebridge";

export interface TriedCall {
  readonly profile: string | undefined;
  /** Where the socket lives, and how sound travels. */
  readonly thread: string | undefined;
  readonly link: string | undefined;
  readonly audioState: string | undefined;
  readonly sampleRate: number | undefined;
  /** Frames, or RTP packets, that came while it was listened. */
  readonly receivedFrames: number;
  /** Of what is heard and of the microphone, over the time of listening: root mean square, 1 is full scale. */
  readonly heardLevel: number;
  readonly spokenLevel: number;
  /** The strongest frequency of either, Hz: the fake microphone hums. */
  readonly heardHz: number;
  readonly spokenHz: number;
  /** How much weaker than its strongest frequency the one that was heard strongest was spoken, decibels. */
  readonly pitchGapDb: number;
  /** Capture worklet to playback worklet, milliseconds; undefined over WebRTC. */
  readonly loopMs: number | undefined;
  readonly underruns: number | undefined;
  /** The browser's meters of the call, as `<voice-level>` shows them. */
  readonly meter: { readonly input: number; readonly output: number };
  readonly warnings: readonly string[];
  readonly end: { readonly by: string; readonly reason: string } | undefined;
}

const listenMs = 3000;
const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Listener {
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #bins: Float32Array<ArrayBuffer>;
  #energy = 0;
  #looks = 0;
  /** The most of each bin so far, decibels. */
  readonly #most: Float32Array;

  constructor(source: AudioNode) {
    this.#analyser = new AnalyserNode(source.context, { fftSize: 8192, smoothingTimeConstant: 0 });
    source.connect(this.#analyser);
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#bins = new Float32Array(this.#analyser.frequencyBinCount);
    this.#most = new Float32Array(this.#bins.length).fill(-200);
  }

  look(): void {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    this.#energy += this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    this.#looks++;
    this.#analyser.getFloatFrequencyData(this.#bins);
    for (const [bin, level] of this.#bins.entries()) if (level > this.#most[bin]!) this.#most[bin] = level;
  }

  get level(): number {
    return Math.sqrt(this.#energy / this.#looks);
  }

  get hz(): number {
    const loudest = this.#most.indexOf(Math.max(...this.#most));
    return Math.round((loudest * this.#analyser.context.sampleRate) / this.#analyser.fftSize);
  }

  /** How far below the strongest this frequency is, decibels. */
  gapDb(hz: number): number {
    const bin = Math.round((hz * this.#analyser.fftSize) / this.#analyser.context.sampleRate);
    return Math.max(...this.#most) - Math.max(...this.#most.slice(Math.max(0, bin - 4), bin + 5));
  }
}

async function tryCall(src: string, profiles: readonly string[]): Promise<TriedCall> {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: raw });
  const call = new Call({ src, profiles, microphone, codecs: ["L16/8000"] });
  const meter = { input: 0, output: 0 };
  call.addEventListener("level", ({ input, output }) => {
    meter.input = Math.max(meter.input, input.peak);
    meter.output = Math.max(meter.output, output.peak);
  });
  const warnings: string[] = [];
  call.addEventListener("warning", ({ warning }) => warnings.push(warning.code));
  await call.start();
  await pause(1500);
  const output = call.outputNode!;
  const heard = new Listener(output);
  const spoken = new Listener(
    new MediaStreamAudioSourceNode(output.context as AudioContext, { mediaStream: microphone }),
  );
  const before = await call.stats();
  for (const until = performance.now() + listenMs; performance.now() < until; await pause(150)) {
    heard.look();
    spoken.look();
  }
  const { audio, transport, profile } = await call.stats();
  await call.hangUp();
  for (const track of microphone.getTracks()) track.stop();
  return {
    profile,
    thread: transport?.thread,
    link: transport?.link,
    audioState: audio?.state,
    sampleRate: audio?.sampleRate,
    receivedFrames: (transport?.receivedFrames ?? 0) - (before.transport?.receivedFrames ?? 0),
    heardLevel: heard.level,
    spokenLevel: spoken.level,
    heardHz: heard.hz,
    spokenHz: spoken.hz,
    pitchGapDb: spoken.gapDb(heard.hz),
    loopMs: audio?.loop?.medianMs,
    underruns: audio?.playback?.underruns,
    meter,
    warnings,
    end: call.ended && { by: call.ended.by, reason: call.ended.reason },
  };
}

Object.assign(globalThis, { tryCall });
