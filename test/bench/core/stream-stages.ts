import { type AudioFormat, BlockCodec, CaptureStream, PlaybackStream } from "../../../lib/core/index.ts";
import { compileEntry } from "../../unit/wasm/compile.ts";
import { PlainConcealer, PlainStretcher } from "./plain/overlap.ts";
import { PlainPlayer, PlainRecorder } from "./plain/playback.ts";
import { PlainResampler } from "./plain/resampler.ts";
import { framesOf, freshCore, freshSignals, type Stage } from "./stage.ts";

const deviceRate = 48000;

interface ResamplerExports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  resamplerOpen(handle: number, from: number, to: number): number;
  resamplerPush(handle: number, source: number, samples: number): number;
  resamplerPull(handle: number, target: number, samples: number): number;
}

async function resamplerStage(speech: Int16Array, from: number, to: number): Promise<Stage> {
  const wasm = (await compileEntry("resampler")).exports as unknown as ResamplerExports;
  wasm.resamplerOpen(0, from, to);
  const samples = from / 100;
  const input = new Float32Array(wasm.memory.buffer, wasm.input(), samples);
  const frames = framesOf(Float32Array.from(speech), samples);
  const plain = new PlainResampler(from, to, Math.min(from, to) < 12000 ? 20 : 40);
  const out = new Float32Array(to / 50);
  return {
    name: `resampler ${from / 1000} to ${to / 1000} kHz`,
    plainIs: "as long a kernel, but for fixed ratios: half the sums",
    callMs: 10,
    wasm() {
      input.set(frames());
      wasm.resamplerPush(0, wasm.input(), samples);
      wasm.resamplerPull(0, wasm.output(), to / 50);
    },
    plain: () => void plain.process(frames(), out),
  };
}

/** A whole downlink: 20 ms packets arrive in time, 10 ms are pulled. */
function playbackStage(speech: Int16Array, format: AudioFormat): Stage {
  const coded = new BlockCodec(freshSignals(), format).encode(speech);
  const packetBytes = (coded.length / speech.length) * (format.sampleRate / 50);
  const packets = { wasm: framesOf(coded, packetBytes), plain: framesOf(coded, packetBytes) };
  const stream = new PlaybackStream(freshCore(), { format, deviceRate });
  const decoder = new BlockCodec(freshSignals(), format);
  const player = new PlainPlayer((bytes) => decoder.decode(bytes), format.sampleRate, deviceRate);
  const out = new Float32Array(deviceRate / 100);
  let nowMs = 0;
  let half = false;
  return {
    name: `playback ${format.codec} ${format.sampleRate / 1000} to 48 kHz`,
    plainIs: "decode in wasm, queue, resample; no law, no concealment",
    callMs: 10,
    wasm() {
      if (nowMs % 20 === 0) stream.push(packets.wasm(), nowMs);
      stream.pull(out, nowMs);
      nowMs += 10;
    },
    plain() {
      half = !half;
      if (half) player.push(packets.plain());
      player.pull(out);
    },
  };
}

function captureStage(speech: Int16Array, format: AudioFormat): Stage {
  const floats = Float32Array.from(speech, (value) => value / 32768);
  const frames = { wasm: framesOf(floats, 480), plain: framesOf(floats, 480) };
  const stream = new CaptureStream(freshCore(), { format, deviceRate });
  const recorder = new PlainRecorder(deviceRate, format.sampleRate);
  return {
    name: `capture 48 kHz to ${format.codec} ${format.sampleRate / 1000}`,
    plainIs: "resample, round, pack",
    callMs: 10,
    wasm() {
      stream.push(frames.wasm());
      while (stream.take()) {
        // the frame would be sent here
      }
    },
    plain: () => void recorder.push(frames.plain()),
  };
}

interface ConcealExports {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  concealOpen(rate: number): number;
  concealGood(at: number, samples: number): void;
  concealLost(at: number, samples: number): void;
}

/** `lossOf` packets of 20 ms, one is lost. */
async function concealStage(speech: Int16Array, sampleRate: number, lossOf: number): Promise<Stage> {
  const wasm = (await compileEntry("conceal")).exports as unknown as ConcealExports;
  wasm.concealOpen(sampleRate);
  const samples = sampleRate / 50;
  const at = wasm.scratchPtr();
  const buffer = new Float32Array(wasm.memory.buffer, at, samples);
  const frames = {
    wasm: framesOf(Float32Array.from(speech), samples),
    plain: framesOf(Float32Array.from(speech), samples),
  };
  const plain = new PlainConcealer(sampleRate);
  const work = new Float32Array(samples);
  let wasmTurn = 0;
  let plainTurn = 0;
  return {
    name: `concealment ${sampleRate / 1000} kHz, ${lossOf > 1e6 ? "no loss" : `1 in ${lossOf} lost`}`,
    plainIs: "repetition of the last period",
    callMs: 20,
    wasm() {
      const frame = frames.wasm();
      if (++wasmTurn % lossOf === 0) {
        wasm.concealLost(at, samples >> 1);
        wasm.concealLost(at + samples * 2, samples >> 1);
        return;
      }
      buffer.set(frame);
      wasm.concealGood(at, samples);
    },
    plain() {
      work.set(frames.plain());
      if (++plainTurn % lossOf === 0) plain.lost(work);
      else plain.good(work);
    },
  };
}

interface StretchExports {
  readonly memory: WebAssembly.Memory;
  scratchPtr(): number;
  stretchOpen(rate: number): number;
  stretchFeed(at: number, samples: number): number;
  stretchPull(at: number, samples: number, speed: number): number;
  stretchHeld(): number;
}

async function stretchStage(speech: Int16Array, sampleRate: number, speed: number): Promise<Stage> {
  const wasm = (await compileEntry("stretch")).exports as unknown as StretchExports;
  wasm.stretchOpen(sampleRate);
  const samples = sampleRate / 100;
  const at = wasm.scratchPtr();
  const buffer = new Float32Array(wasm.memory.buffer, at, samples);
  const frames = {
    wasm: framesOf(Float32Array.from(speech), samples),
    plain: framesOf(Float32Array.from(speech), samples),
  };
  const plain = new PlainStretcher(sampleRate);
  const out = new Float32Array(samples);
  let owed = 0;
  return {
    name: `stretching ${sampleRate / 1000} kHz at ${speed.toFixed(2)}×`,
    plainIs: "overlap-add with full search, no tone protection",
    callMs: 10,
    wasm() {
      while (wasm.stretchHeld() < samples * 5) {
        buffer.set(frames.wasm());
        wasm.stretchFeed(at, samples);
      }
      wasm.stretchPull(at, samples, speed);
    },
    plain() {
      owed += speed;
      for (; owed >= 1; owed--) plain.feed(frames.plain());
      plain.pull(out, speed);
    },
  };
}

export async function streamStages(speechAt: (sampleRate: number) => Int16Array): Promise<Stage[]> {
  return [
    await resamplerStage(speechAt(8000), 8000, 48000),
    await resamplerStage(speechAt(16000), 16000, 48000),
    await resamplerStage(speechAt(48000), 48000, 16000),
    await resamplerStage(speechAt(48000), 48000, 8000),
    await concealStage(speechAt(16000), 16000, Number.MAX_SAFE_INTEGER),
    await concealStage(speechAt(16000), 16000, 10),
    await concealStage(speechAt(48000), 48000, 10),
    await stretchStage(speechAt(16000), 16000, 1),
    await stretchStage(speechAt(16000), 16000, 1.25),
    playbackStage(speechAt(16000), { codec: "L16", sampleRate: 16000 }),
    playbackStage(speechAt(8000), { codec: "PCMU", sampleRate: 8000 }),
    playbackStage(speechAt(16000), { codec: "G722", sampleRate: 16000 }),
    captureStage(speechAt(48000), { codec: "L16", sampleRate: 16000 }),
    captureStage(speechAt(48000), { codec: "L16", sampleRate: 8000 }),
  ];
}
