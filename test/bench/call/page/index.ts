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
let tones: { readonly context: AudioContext; readonly oscillators: readonly OscillatorNode[] } | undefined;

/** As it comes from the device. */
const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };

const bench = {
  async openMicrophone(): Promise<void> {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: raw });
  },

  /** A microphone that gives two tones at once, each at a level of its own, in place of the device. */
  async openTones(amplitudes: readonly [number, number]): Promise<void> {
    const context = new AudioContext();
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    const oscillators = amplitudes.map((gain) => {
      const oscillator = new OscillatorNode(context);
      oscillator.connect(new GainNode(context, { gain })).connect(destination);
      oscillator.start();
      return oscillator;
    });
    microphone = destination.stream;
    tones = { context, oscillators };
  },

  setTones(frequenciesHz: readonly [number, number]): void {
    for (const [index, { frequency }] of tones!.oscillators.entries()) frequency.value = frequenciesHz[index]!;
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
    await tones?.context.close();
    tones = undefined;
  },
};

export type Bench = typeof bench;

declare global {
  interface Window {
    bench: Bench;
  }
}

window.bench = bench;
