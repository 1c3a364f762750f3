import type { OpenCall } from "./open-call.ts";
import { recordNode } from "./recording.ts";

/** The rate of what travels, samples a second; frames of 20 ms, 16 bit, little endian. */
const wireRate = 8000;
const frameSamples = wireRate / 50;

const processors = `
registerProcessor("plain-capture", class extends AudioWorkletProcessor {
  process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; }
});
registerProcessor("plain-player", class extends AudioWorkletProcessor {
  constructor() { super(); this.queue = []; this.at = 0; this.port.onmessage = ({ data }) => data ? this.queue.push(data) : (this.queue = []); }
  process(_, [[out]]) {
    for (let i = 0; i < out.length; i++) {
      const head = this.queue[0];
      if (!head) return true;
      out[i] = head[this.at++];
      if (this.at === head.length) { this.queue.shift(); this.at = 0; }
    }
    return true;
  }
});`;

/**
 * What a page gets that does it by hand: a WebSocket on the main thread, a worklet that posts every quantum, a player that plays what comes in
 * the order it comes, from the first frame on. Rates are converted by linear interpolation. A text message empties the player.
 */
export async function openPlainFifo(address: string, microphone: MediaStream): Promise<OpenCall> {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no connection to ${address}`));
  });
  const context = new AudioContext({ latencyHint: "interactive" });
  const url = URL.createObjectURL(new Blob([processors], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const capture = new AudioWorkletNode(context, "plain-capture", { numberOfOutputs: 0 });
  const player = new AudioWorkletNode(context, "plain-player", { numberOfInputs: 0, outputChannelCount: [1] });
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: microphone });
  source.connect(capture);
  player.connect(context.destination);

  const down = new LinearRate(context.sampleRate / wireRate);
  let frame = new Int16Array(frameSamples);
  let filled = 0;
  capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    for (const sample of down.convert(data)) {
      frame[filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (filled < frameSamples) continue;
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
      frame = new Int16Array(frameSamples);
      filled = 0;
    }
  };
  const up = new LinearRate(wireRate / context.sampleRate);
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (typeof data === "string") return player.port.postMessage(null);
    const samples = Float32Array.from(new Int16Array(data), (sample) => sample / 32768);
    player.port.postMessage(Float32Array.from(up.convert(samples)));
  };
  return {
    recordHeard: () => recordNode(player),
    stats: async () => ({}),
    close: async () => {
      socket.close();
      source.disconnect();
      await context.close();
    },
  };
}

class LinearRate {
  readonly #step: number;
  #at = 0;
  #last = 0;

  /** Samples of the input per sample of the output. */
  constructor(step: number) {
    this.#step = step;
  }

  convert(input: Float32Array): number[] {
    const output: number[] = [];
    for (; this.#at < input.length; this.#at += this.#step) {
      const whole = Math.floor(this.#at);
      const before = whole === 0 ? this.#last : input[whole - 1]!;
      output.push(before + (input[whole]! - before) * (this.#at - whole));
    }
    this.#at -= input.length;
    this.#last = input[input.length - 1] ?? this.#last;
    return output;
  }
}
