// The page of the bench: one call at a time, by one of the ways that are compared, driven from Node.
import type { CodecPreference } from "../../../../lib/index.ts";
import { countMessages, messages } from "./messages.ts";
import { NativeCaller, type NativeCodec, NativeEcho } from "./native-webrtc.ts";
import type { OpenCall } from "./open-call.ts";
import { openOurs } from "./ours.ts";
import { openPlainFifo } from "./plain-fifo.ts";
import { type Recorder, recordTrack, upload } from "./recording.ts";

countMessages();

let microphone: MediaStream | undefined;
let caller: NativeCaller | undefined;
let echo: NativeEcho | undefined;
let call: OpenCall | undefined;
let recorders: { readonly heard: Recorder; readonly spoken: Recorder } | undefined;
let tone: { readonly context: AudioContext; readonly oscillator: OscillatorNode } | undefined;

/** As it comes from the device. */
const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };

const bench = {
  async openMicrophone(): Promise<void> {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: raw });
  },

  /** A microphone that gives one tone after the other, in place of the device. */
  async openTone(): Promise<void> {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: 1000 });
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    oscillator.connect(new GainNode(context, { gain: 0.5 })).connect(destination);
    oscillator.start();
    microphone = destination.stream;
    tone = { context, oscillator };
  },

  setTone(frequencyHz: number): void {
    tone!.oscillator.frequency.value = frequencyHz;
  },

  async openOurs(address: string, codecs?: readonly CodecPreference[]): Promise<void> {
    call = await openOurs(address, microphone!, codecs);
  },

  async openPlainFifo(address: string): Promise<void> {
    call = await openPlainFifo(address, microphone!);
  },

  offer(codec: NativeCodec): Promise<string> {
    caller = new NativeCaller(microphone!, codec);
    return caller.offer();
  },

  async accept(answer: string): Promise<void> {
    call = await caller!.accept(answer);
  },

  answer(offer: string): Promise<string> {
    echo = new NativeEcho();
    return echo.answer(offer);
  },

  receivedPackets: (): Promise<number> => echo!.receivedPackets(),

  async record(): Promise<void> {
    const heard = await call!.recordHeard();
    recorders = { heard, spoken: recordTrack(microphone!.getAudioTracks()[0]!) };
  },

  async collect(address: string): Promise<void> {
    const { heard, spoken } = recorders!;
    const clips = await Promise.all([heard.stop(), spoken.stop()]);
    recorders = undefined;
    await upload(`${address}/heard`, clips[0]);
    await upload(`${address}/spoken`, clips[1]);
  },

  /** Blocks the main thread. Returns when that began, epoch milliseconds. */
  freeze(ms: number): number {
    const began = performance.now();
    while (performance.now() < began + ms);
    return performance.timeOrigin + began;
  },

  messages: () => ({ ...messages, at: performance.now() }),

  stats: (): Promise<unknown> => call!.stats(),

  async closeCall(): Promise<void> {
    await call?.close();
    call = undefined;
  },

  async close(): Promise<void> {
    await bench.closeCall();
    for (const track of microphone?.getTracks() ?? []) track.stop();
    microphone = undefined;
    await tone?.context.close();
    tone = undefined;
  },
};

export type Bench = typeof bench;

declare global {
  interface Window {
    bench: Bench;
  }
}

window.bench = bench;
