import {
  CallCaptionEvent,
  CallDtmfEvent,
  type CallEnd,
  CallEndedEvent,
  CallLevelEvent,
  CallMuteEvent,
  CallQualityEvent,
  CallRecordingEvent,
  CallRecordingRequestEvent,
  CallStateEvent,
  type CallWarning,
  CallWarningClearEvent,
  CallWarningEvent,
} from "../../../lib/call/call-events.ts";
import type { CallRecording } from "../../../lib/call/call-recordings.ts";
import type { CallState } from "../../../lib/call/call-state.ts";
import type { Caption } from "../../../lib/call/captions.ts";
import { DeviceManager } from "../../../lib/call/devices.ts";
import { rateQuality } from "../../../lib/call/quality.ts";
import type { CallView } from "../../../lib/ui/call-view.ts";

/** A call that a test moves by hand. Like the real one it fires after it changed, and does nothing it was not told to. */
export class FakeCall extends EventTarget implements CallView {
  readonly id = "fake";
  state: CallState = "idle";
  muted = false;
  connectedAt: number | undefined;
  captions: readonly Caption[] = [];
  ended: CallEnd | undefined;
  warnings: readonly CallWarning[] = [];
  volume = 1;
  hasFlightRecord = true;
  readonly devices = new DeviceManager();
  /** What it was asked for, oldest first. */
  readonly asked: string[] = [];
  readonly #listeners = new Map<string, Set<unknown>>();
  /** Makes the next request of a kind fail. */
  readonly refuse = new Map<string, Error>();

  async start(): Promise<void> {
    this.#ask("start");
    this.move("initiating");
  }

  async hangUp(reason?: string): Promise<void> {
    this.#ask(reason === undefined ? "hangUp" : `hangUp ${reason}`);
    this.move("terminating");
  }

  async setMuted(muted: boolean): Promise<void> {
    this.#ask(`setMuted ${muted}`);
  }

  async sendDtmf(digits: string): Promise<void> {
    this.#ask(`sendDtmf ${digits}`);
  }

  setVolume(volume: number): void {
    this.#ask(`setVolume ${volume}`);
    this.volume = volume;
  }

  startRecording(): string {
    this.#ask("startRecording");
    return "recording-1";
  }

  pauseRecording(id: string, paused: boolean): void {
    this.#ask(`pauseRecording ${id} ${paused}`);
  }

  async stopRecording(id: string): Promise<CallRecording> {
    this.#ask(`stopRecording ${id}`);
    return this.recorded(id);
  }

  /** A recording is finished. */
  recorded(id: string, blob = new Blob(["sound"], { type: "audio/webm" })): CallRecording {
    this.dispatchEvent(new CallRecordingEvent(id, [], blob));
    return { id, tags: [], blob };
  }

  quality(delayMs: number, concealedPct = 0): void {
    const stages = { captureMs: 20, networkMs: delayMs / 4, bufferMs: delayMs / 2, outputMs: delayMs / 4 - 20 };
    const heard = { stages, driftPpm: 12.4, state: "playing", sender: "live" } as const;
    this.dispatchEvent(new CallQualityEvent({ ...rateQuality({ delayMs, concealedPct }), ...heard }));
  }

  async flightRecord(): Promise<Blob> {
    this.#ask("flightRecord");
    return new Blob([`{"type":"trace","version":1,"startedAt":0,"audio":false}\n`], { type: "application/jsonl" });
  }

  async resumeAudio(): Promise<void> {
    this.#ask("resumeAudio");
  }

  async stats(): Promise<never> {
    throw new Error("a fake call measures nothing");
  }

  #ask(what: string): void {
    this.asked.push(what);
    const error = this.refuse.get(what);
    if (error) throw error;
  }

  /** How many listeners are attached. */
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  override addEventListener(...words: Parameters<EventTarget["addEventListener"]>): void {
    const [type, listener] = words;
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
    super.addEventListener(...words);
  }

  override removeEventListener(...words: Parameters<EventTarget["removeEventListener"]>): void {
    const [type, listener] = words;
    this.#listeners.get(type)?.delete(listener);
    super.removeEventListener(...words);
  }

  move(state: CallState): void {
    const previous = this.state;
    this.state = state;
    if (state === "active") this.connectedAt ??= Date.now();
    this.dispatchEvent(new CallStateEvent(state, previous));
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new CallMuteEvent(muted));
  }

  level(input: number, output: number): void {
    const of = (peak: number) => ({ peak, rms: peak / 2 });
    this.dispatchEvent(new CallLevelEvent(of(input), of(output)));
  }

  caption(caption: Omit<Caption, "at">): void {
    const line = { ...caption, at: Date.now() };
    const others = this.captions.filter(({ id }) => id !== caption.id);
    this.captions = [...others, line].sort((a, b) => a.id - b.id);
    this.dispatchEvent(new CallCaptionEvent(line));
  }

  sentDtmf(digit: string): void {
    this.dispatchEvent(new CallDtmfEvent(digit));
  }

  warn(warning: CallWarning): void {
    this.warnings = [...this.warnings, warning];
    this.dispatchEvent(new CallWarningEvent(warning));
  }

  clearWarning(code: string): void {
    this.warnings = this.warnings.filter((warning) => warning.code !== code);
    this.dispatchEvent(new CallWarningClearEvent(code));
  }

  /** The application asks to record; false when the page refused. */
  wantsRecording(tags: readonly string[]): boolean {
    return this.dispatchEvent(new CallRecordingRequestEvent(tags));
  }

  end(end: CallEnd): void {
    const cancelled = end.by === "local" && this.connectedAt === undefined;
    this.move(end.by === "error" ? "failed" : cancelled ? "cancelled" : "terminated");
    this.ended = end;
    this.dispatchEvent(new CallEndedEvent(end));
  }
}
