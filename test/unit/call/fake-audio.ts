import type { AudioFormat, MediaEnds } from "../../../lib/audio/index.ts";
import { AudioStateEvent, type CallAudio } from "../../../lib/audio/index.ts";
import type { CallAudioPort } from "../../../lib/call/index.ts";
import { createFramePipe, FrameReader, FrameWriter } from "../../../lib/frames/index.ts";

/** Stands in for microphone and loudspeaker where there is no browser: real frame pipes, no sound. */
export class FakeAudio extends EventTarget implements Omit<CallAudioPort, keyof EventTarget> {
  state: CallAudioPort["state"] = "running";
  readonly played: Uint8Array[] = [];
  readonly calls: string[] = [];
  format: AudioFormat | undefined;
  #microphone: FrameWriter | undefined;
  #speaker: FrameReader | undefined;
  #muted = false;
  outputNode = {} as AudioNode;

  static async open(): Promise<FakeAudio> {
    return new FakeAudio();
  }

  async start(format: AudioFormat): Promise<MediaEnds> {
    this.format = format;
    this.#release();
    const uplink = createFramePipe({ shared: false, capacityBytes: 1 << 16 });
    const downlink = createFramePipe({ shared: false, capacityBytes: 1 << 16 });
    this.#microphone = new FrameWriter(uplink.tx);
    this.#speaker = new FrameReader(downlink.rx, (bytes) => this.played.push(bytes.slice()));
    this.#speaker.listen();
    return { uplink: uplink.rx, downlink: downlink.tx };
  }

  hold(): void {
    this.calls.push("hold");
  }

  speak(frame: Uint8Array): void {
    this.#microphone?.write(frame, 0);
  }

  async setMuted(muted: boolean): Promise<void> {
    this.#muted = muted;
    this.calls.push(`muted ${this.#muted}`);
  }

  async flush(positionBytes: number): Promise<{ removedBytes: number; heardMs: number }> {
    this.calls.push(`flush ${positionBytes}`);
    return { removedBytes: positionBytes, heardMs: 40 };
  }

  setVolume(volume: number): void {
    this.calls.push(`volume ${volume}`);
  }

  playDigit(digit: string): boolean {
    this.calls.push(`digit ${digit}`);
    return true;
  }

  async resume(): Promise<void> {
    this.change("running");
  }

  change(state: CallAudioPort["state"]): void {
    this.state = state;
    this.dispatchEvent(new AudioStateEvent(state));
  }

  conversation(): MediaStream {
    throw new Error("no MediaRecorder in Node");
  }

  stats(): ReturnType<CallAudio["stats"]> {
    return Promise.reject(new Error("no statistics in Node"));
  }

  async close(): Promise<void> {
    this.state = "closed";
    this.#release();
    this.calls.push("close");
  }

  #release(): void {
    this.#microphone?.close();
    this.#speaker?.close();
  }
}
