/** Sound as it passed by, with the moments at which it did. */
export interface RawClip {
  readonly sampleRate: number;
  readonly samples: Float32Array<ArrayBuffer>;
  /** Of the first sample of each piece: its place, and when the piece passed (epoch milliseconds). */
  readonly positions: Float64Array<ArrayBuffer>;
  readonly times: Float64Array<ArrayBuffer>;
}

export interface Recorder {
  stop(): Promise<RawClip>;
}

/** Audio thread. Time has a resolution of a millisecond there. */
const tapSource = `registerProcessor("bench-recorder", class extends AudioWorkletProcessor {
  constructor() { super(); this.begin(); this.running = true; this.port.onmessage = () => { this.running = false; this.post(); }; }
  begin() { this.samples = new Float32Array(4096); this.times = new Float64Array(32); this.count = 0; }
  post() {
    const { samples, times, count } = this;
    this.port.postMessage({ samples, times, count, last: !this.running }, [samples.buffer, times.buffer]);
    this.begin();
  }
  process([input]) {
    if (!this.running) return false;
    this.times[this.count] = Date.now();
    if (input[0]) this.samples.set(input[0], this.count * 128);
    if (++this.count === 32) this.post();
    return true;
  }
});`;

const withTap = new WeakSet<BaseAudioContext>();

/** Records what a node puts out, as it is rendered. */
export async function recordNode(node: AudioNode): Promise<Recorder> {
  const { context } = node;
  if (!withTap.has(context)) {
    const url = URL.createObjectURL(new Blob([tapSource], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    withTap.add(context);
  }
  const tap = new AudioWorkletNode(context, "bench-recorder", {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    channelCount: 1,
    channelCountMode: "explicit",
  });
  const pieces: Float32Array<ArrayBuffer>[] = [];
  const times: number[] = [];
  let ended: () => void = () => {};
  tap.port.onmessage = ({ data }: MessageEvent<TapBlock>) => {
    pieces.push(data.samples.subarray(0, data.count * 128));
    times.push(...data.times.subarray(0, data.count));
    if (data.last) ended();
  };
  node.connect(tap).connect(context.destination);
  return {
    stop: async () => {
      const last = new Promise<void>((resolve) => {
        ended = resolve;
      });
      tap.port.postMessage(null);
      await last;
      node.disconnect(tap);
      tap.disconnect();
      const positions = Float64Array.from(times, (_, i) => i * 128);
      return {
        sampleRate: context.sampleRate,
        samples: joined(pieces),
        positions,
        times: Float64Array.from(times, (time) => time + 0.5),
      };
    },
  };
}

interface TapBlock {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly times: Float64Array;
  readonly count: number;
  readonly last: boolean;
}

declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack });
  readonly readable: ReadableStream<unknown>;
}

/** A Worker reads the track, so that a frozen page does not keep it from telling the time. */
const readerSource = `
const pieces = [], positions = [], times = [];
let sampleRate = 0, position = 0, reader;
onmessage = async ({ data }) => {
  if (data) {
    reader = data.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      times.push(performance.timeOrigin + performance.now());
      positions.push(position);
      const piece = new Float32Array(value.numberOfFrames);
      value.copyTo(piece, { planeIndex: 0, format: "f32-planar" });
      pieces.push(piece);
      position += piece.length;
      sampleRate = value.sampleRate;
      value.close();
    }
    return;
  }
  await reader.cancel();
  const samples = new Float32Array(position);
  let at = 0;
  for (const piece of pieces) { samples.set(piece, at); at += piece.length; }
  postMessage({ sampleRate, samples, positions: Float64Array.from(positions), times: Float64Array.from(times) });
};`;

/** Records a track without the detour through Web Audio, which lags it by some 20 ms. */
export function recordTrack(track: MediaStreamTrack): Recorder {
  const own = track.clone();
  const { readable } = new MediaStreamTrackProcessor({ track: own });
  const url = URL.createObjectURL(new Blob([readerSource], { type: "text/javascript" }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  worker.postMessage(readable, [readable]);
  return {
    stop: async () => {
      const clip = await new Promise<RawClip>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<RawClip>) => resolve(data);
        worker.postMessage(null);
      });
      worker.terminate();
      own.stop();
      return clip;
    },
  };
}

function joined(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Hands a clip to the bench. */
export async function upload(address: string, { sampleRate, samples, positions, times }: RawClip): Promise<void> {
  const head = new Float64Array([sampleRate, positions.length]);
  const response = await fetch(address, { method: "POST", body: new Blob([head, positions, times, samples]) });
  if (!response.ok) throw new Error(`the bench did not take a recording: ${response.status}`);
}
