/** The page of these tests: opens CallAudio, joins it with a far end in a Worker, and records what is played. */
import { ConferenceAudio } from "../../../lib/audio/conference-audio.ts";
import * as audio from "../../../lib/audio/index.ts";
import { type FrameEnd, transferables } from "../../../lib/frames/index.ts";
import type { LoopReport, LoopRequest } from "./loop-worker.ts";

export interface Tally {
  contexts: AudioContext[];
  tracks: MediaStreamTrack[];
  /** Messages of the library's worklets to the page, and back. */
  fromWorklets: { at: number; type: string }[];
  toWorklets: number;
  urls: number;
}

const tally: Tally = { contexts: [], tracks: [], fromWorklets: [], toWorklets: 0, urls: 0 };

globalThis.AudioContext = class extends AudioContext {
  constructor(options?: AudioContextOptions) {
    super(options);
    tally.contexts.push(this);
  }
};
globalThis.AudioWorkletNode = class extends AudioWorkletNode {
  constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
    super(context, name, options);
    if (!name.startsWith("voicebridge")) return;
    this.port.addEventListener("message", ({ data }) =>
      tally.fromWorklets.push({ at: performance.now(), type: data.type }),
    );
    const post = this.port.postMessage.bind(this.port) as (message: unknown, transfer?: unknown) => void;
    this.port.postMessage = (message: unknown, transfer?: unknown) => {
      tally.toWorklets++;
      post(message, transfer);
    };
  }
};
if (navigator.mediaDevices) {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    tally.tracks.push(...stream.getTracks());
    return stream;
  };
}
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (object) => {
  tally.urls++;
  return createObjectURL.call(URL, object);
};
URL.revokeObjectURL = (url) => {
  tally.urls--;
  revokeObjectURL.call(URL, url);
};

/** A far end in a Worker, joined to the ends that `CallAudio.start` gave. */
async function join(ends: { uplink: FrameEnd; downlink: FrameEnd }, echo: boolean) {
  const worker = new Worker("/worker.js");
  const ask = (request: LoopRequest, transfer: Transferable[] = []) =>
    new Promise<unknown>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(request, transfer);
    });
  await ask({ type: "connect", echo, ...ends }, [...transferables(ends.uplink), ...transferables(ends.downlink)]);
  return {
    report: () => ask({ type: "report" }) as Promise<LoopReport>,
    send: (bytes: Uint8Array, frameBytes: number) => ask({ type: "send", bytes, frameBytes }),
    end: () => worker.terminate(),
  };
}

const recorderSource = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  constructor() { super(); this.block = new Float32Array(4096); this.at = 0; }
  process([input]) {
    if (input[0]) this.block.set(input[0], this.at); else this.block.fill(0, this.at, this.at + 128);
    this.at += 128;
    if (this.at === 4096) { this.port.postMessage(this.block); this.at = 0; }
    return true;
  } });`;

/** Collects what `source` plays, on the audio thread, from when this resolves. */
async function record(source: AudioNode) {
  const { context } = source;
  const url = URL.createObjectURL(new Blob([recorderSource], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const node = new AudioWorkletNode(context, "recorder", { channelCount: 1, channelCountMode: "explicit" });
  const chunks: Float32Array[] = [];
  node.port.onmessage = ({ data }) => chunks.push(data);
  source.connect(node).connect(context.destination);
  return () => {
    const samples = new Float32Array(chunks.length * 4096);
    chunks.forEach((chunk, index) => {
      samples.set(chunk, index * 4096);
    });
    return { samples: [...samples], sampleRate: context.sampleRate };
  };
}

/** As a page that hangs: nothing else runs on this thread. */
function freeze(milliseconds: number): { from: number; to: number } {
  const from = Date.now();
  while (Date.now() - from < milliseconds);
  return { from, to: Date.now() };
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Name, code and advice of what `run` rejects with. */
async function failure(run: () => Promise<unknown>) {
  try {
    await run();
  } catch (error) {
    const { name, code, message, action, fatal } = error as audio.AudioError;
    return { name, code, message, action, fatal };
  }
  return undefined;
}

/** Everything that must be given back after the last call. */
const stillOpen = () => ({
  contexts: tally.contexts.filter((context) => context.state !== "closed").length,
  tracks: tally.tracks.filter((track) => track.readyState !== "ended").length,
  urls: tally.urls,
  shared: audio.sharedAudioContext() === undefined ? 0 : 1,
});

const tools = { ...audio, ConferenceAudio, tally, join, record, freeze, pause, failure, stillOpen };
Object.assign(globalThis, { lab: tools });

declare global {
  var lab: typeof tools;
}
