import { AutomaticGain, DtmfDetector, VoiceActivityDetector } from "../../../lib/core/index.ts";
import { PlainDtmfDetector, PlainGain, PlainVad, plainMix } from "./plain/analysis.ts";
import { framesOf, freshSignals, mustAgree, type Stage } from "./stage.ts";

function vadStage(speech: Int16Array, sampleRate: number): Stage {
  const samples = sampleRate / 100;
  const floats = Float32Array.from(speech);
  const wasm = new VoiceActivityDetector(freshSignals(), { sampleRate });
  const plain = new PlainVad(sampleRate);
  let same = 0;
  let count = 0;
  for (let at = 0; at + samples <= speech.length; at += samples, count++) {
    const active = wasm.process(speech.subarray(at, at + samples));
    if (active === plain.process(floats.subarray(at, at + samples))) same++;
  }
  mustAgree("voice activity", same / count > 0.99);
  const frames = { wasm: framesOf(speech, samples), plain: framesOf(floats, samples) };
  return {
    name: `voice activity ${sampleRate / 1000} kHz`,
    plainIs: "the same",
    callMs: 10,
    wasm: () => void wasm.process(frames.wasm()),
    plain: () => void plain.process(frames.plain()),
  };
}

function dtmfStage(speech: Int16Array, sampleRate: number): Stage {
  const samples = sampleRate / 100;
  const wasm = new DtmfDetector(freshSignals(), { sampleRate });
  const plain = new PlainDtmfDetector(sampleRate);
  const tone = Int16Array.from({ length: sampleRate / 5 }, (_, at) => {
    const turn = (2 * Math.PI * at) / sampleRate;
    return at < sampleRate / 10 ? 6000 * (Math.sin(770 * turn) + Math.sin(1477 * turn)) : 0;
  });
  const digits = wasm.process(tone).filter((event) => event.type === "down");
  mustAgree("DTMF", digits.length === 1 && digits[0]?.digit === plain.process(Float32Array.from(tone)));
  const floats = Float32Array.from(speech);
  const frames = { wasm: framesOf(speech, samples), plain: framesOf(floats, samples) };
  return {
    name: `DTMF detector ${sampleRate / 1000} kHz`,
    plainIs: "Goertzel, 12.75 ms blocks, no frequency test",
    callMs: 10,
    wasm: () => void wasm.process(frames.wasm()),
    plain: () => void plain.process(frames.plain()),
  };
}

function gainStage(speech: Int16Array, sampleRate: number): Stage {
  const samples = sampleRate / 100;
  const gain = new AutomaticGain(freshSignals(), { sampleRate });
  const plain = new PlainGain();
  const floats = Float32Array.from(speech, (value) => value / 32768);
  const frames = { wasm: framesOf(floats, samples), plain: framesOf(Float32Array.from(speech), samples) };
  const work = new Float32Array(samples);
  return {
    name: `gain control ${sampleRate / 1000} kHz`,
    plainIs: "the gain, and a clip for the limiter",
    callMs: 10,
    wasm() {
      work.set(frames.wasm());
      gain.process(work, true);
    },
    plain() {
      work.set(frames.plain());
      plain.process(work);
    },
  };
}

/** Everyone listens. The buffers are written in place, as a conference in one thread does. */
function mixerStage(speech: Int16Array, sampleRate: number, talkers: number, members: number): Stage {
  const samples = sampleRate / 100;
  const { exports } = freshSignals();
  exports.mixerOpen(sampleRate, samples);
  const talkMask = talkers === 32 ? -1 : (1 << talkers) - 1;
  const memberMask = members === 32 ? -1 : (1 << members) - 1;
  const quiet = Float32Array.from(speech, (value) => value / 4);
  const sources = Array.from({ length: talkers }, (_, slot) => framesOf(quiet.subarray(slot * 5000), samples));
  const buffers = Array.from(
    { length: members },
    (_, slot) => new Float32Array(exports.memory.buffer, exports.mixerInputPtr(slot), samples),
  );
  const inputs = Array.from({ length: talkers }, () => new Float32Array(samples));
  const outputs = Array.from({ length: members }, () => new Float32Array(samples));
  const total = new Float32Array(samples);
  const step = {
    wasm() {
      for (let slot = 0; slot < talkers; slot++) buffers[slot]!.set(sources[slot]!());
      exports.mixerRun(talkMask, memberMask);
    },
    plain() {
      for (let slot = 0; slot < talkers; slot++) inputs[slot]!.set(sources[slot]!());
      plainMix(inputs, outputs, total);
    },
  };
  const frames = Array.from({ length: talkers }, (_, slot) =>
    quiet.subarray(slot * 900 + 40000, slot * 900 + 40000 + samples),
  );
  frames.forEach((frame, slot) => {
    buffers[slot]!.set(frame);
    inputs[slot]!.set(frame);
  });
  exports.mixerRun(talkMask, memberMask);
  plainMix(inputs, outputs, total);
  const close = outputs.every((output, slot) =>
    output.every((value, at) => Math.abs(value) > 20000 || Math.abs(value - buffers[slot]![at]!) < 1),
  );
  mustAgree("mixer", close);
  return {
    name: `mixer ${talkers} of ${members} talk`,
    plainIs: "the sum, and a clip for the limiter",
    callMs: 10,
    ...step,
  };
}

export function toolStages(speechAt: (sampleRate: number) => Int16Array): Stage[] {
  return [
    vadStage(speechAt(8000), 8000),
    vadStage(speechAt(16000), 16000),
    dtmfStage(speechAt(8000), 8000),
    dtmfStage(speechAt(16000), 16000),
    gainStage(speechAt(16000), 16000),
    mixerStage(speechAt(16000), 16000, 3, 32),
    mixerStage(speechAt(16000), 16000, 32, 32),
  ];
}
