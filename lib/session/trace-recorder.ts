import type { TextMessage, Transport, TransportClose } from "../transport/transport.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Session } from "./session.ts";
import type { TraceEntry, TraceError, TraceHeader, TraceRecord } from "./trace-format.ts";
import { FrameCollector } from "./trace-frames.ts";
import { TraceLines } from "./trace-lines.ts";
import { redactText, redactValue } from "./trace-redact.ts";
import type { SessionTap } from "./trace-tap.ts";
import { type TransportWitness, type WitnessedFrame, witnessTransport } from "./trace-transport.ts";

/** Of `SessionRecorder`: what is kept, and how much. */
export interface SessionRecorderOptions {
  /** Keep the sound as well, where it passes this thread: in Node, not where a page hands it to its socket Worker. Default false. */
  readonly audio?: boolean;
  /** Room in memory, characters. Beyond it the middle is left out. Default 4,000,000: about an hour of a call without its sound. */
  readonly maxChars?: number;
  /** Longer control messages are cut. Default 65,536. */
  readonly maxTextChars?: number;
  /** How often statistics are noted. 0: at the end only. Default 5000. */
  readonly statsIntervalMs?: number;
  /** Takes every line as it is made, with its line feed; then nothing is kept in memory. What it throws stops the recording. */
  readonly write?: (line: string) => void;
  readonly clock?: Clock;
}

/**
 * Records a session as a file of JSON lines: `new Session({ …, tap: recorder })`. Control messages with their times, frame sizes, states, faults and
 * statistics; never a credential or a session description. One recorder follows one session at a time, over all its transports.
 */
export class SessionRecorder implements SessionTap, TransportWitness {
  readonly keepsAudio: boolean;
  readonly header: TraceHeader;
  readonly #clock: Clock;
  readonly #lines: TraceLines;
  readonly #write: ((line: string) => void) | undefined;
  readonly #maxTextChars: number;
  readonly #statsIntervalMs: number;
  readonly #frames = { sent: new FrameCollector("sent"), received: new FrameCollector("received") };
  #session: Session | undefined;
  #transport: Transport | undefined;
  #cancelStats: () => void = () => undefined;
  #error: unknown;

  constructor(options: SessionRecorderOptions = {}) {
    const { audio = false, maxChars = 4_000_000, statsIntervalMs = 5000, clock = systemClock } = options;
    this.keepsAudio = audio;
    this.#clock = clock;
    this.#lines = new TraceLines(maxChars);
    this.#write = options.write;
    this.#maxTextChars = options.maxTextChars ?? Math.min(65_536, Math.floor(maxChars / 8));
    this.#statsIntervalMs = statsIntervalMs;
    this.header = { type: "trace", version: 1, startedAt: clock.now(), audio };
    this.#put(this.header);
  }

  /** Held in memory, and what fell out of it. `error`: what `write` threw. */
  get stats(): {
    readonly lines: number;
    readonly chars: number;
    readonly droppedLines: number;
    readonly error: unknown;
  } {
    const { length, chars, droppedLines } = this.#lines;
    return { lines: length, chars, droppedLines, error: this.#error };
  }

  /** The file, as far as it is. Empty where `write` took the lines. */
  text(): string {
    this.#flushFrames();
    const now = this.#clock.now() - this.header.startedAt;
    const gap = (lines: number, chars: number): string => `${JSON.stringify({ t: now, type: "gap", lines, chars })}\n`;
    return this.#lines.all(gap).join("");
  }

  /** The file, for a download. */
  blob(): Blob {
    return new Blob([this.text()], { type: "application/jsonl" });
  }

  /** Notes something of the program around the session, with its credentials removed. */
  note(name: string, data?: unknown): void {
    this.#add({ type: "note", name, ...(data !== undefined && { data: redactValue(data) }) });
  }

  attach(session: Session): void {
    this.#session = session;
    this.#transport = undefined;
    this.#add({ type: "session", role: session.role });
    session.addEventListener("statechange", ({ state, previous }) => this.#add({ type: "state", state, previous }));
    session.addEventListener("fault", ({ error, at }) => {
      this.#add({ type: "fault", ...(at !== undefined && { at: redactText(at) }), error: describe(error) });
    });
    session.addEventListener("ended", ({ end: { reason, by, method, error } }) => {
      this.#cancelStats();
      const more = { ...(method !== undefined && { method }), ...(error !== undefined && { error: describe(error) }) };
      this.#add({ type: "end", reason: redactText(reason), by, ...more });
      void this.#noteStats();
    });
  }

  transport(transport: Transport): Transport {
    this.#transport = transport;
    this.#add({ type: "open", kind: transport.kind, profile: transport.profile });
    this.#scheduleStats();
    return witnessTransport(transport, this);
  }

  sentText(text: string): void {
    this.#add({ type: "text", way: "sent", ...this.#cut(text) });
  }

  receivedText({ text, receivedAt, mediaBytes }: TextMessage): void {
    this.#add({ type: "text", way: "received", ...this.#cut(text), mediaBytes }, receivedAt);
  }

  sentFrame(frame: WitnessedFrame, accepted: boolean): void {
    this.#collect("sent", frame, this.#clock.now(), accepted);
  }

  receivedFrame(frame: WitnessedFrame, receivedAt: number): void {
    this.#collect("received", frame, receivedAt, true);
  }

  mediaConnected(): void {
    this.#add({ type: "media-connected" });
  }

  closed({ by, code, reason }: TransportClose): void {
    this.#add({ type: "close", by, code, reason: redactText(reason) });
  }

  #scheduleStats(): void {
    this.#cancelStats();
    if (this.#statsIntervalMs <= 0) return;
    this.#cancelStats = this.#clock.after(this.#statsIntervalMs, () => {
      this.#scheduleStats();
      void this.#noteStats();
    });
  }

  async #noteStats(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const counted = session.stats();
    const transport = await this.#transport?.stats().catch(() => undefined);
    this.#add({ type: "stats", session: counted, ...(transport && { transport }) });
  }

  #cut(text: string): { text: string; wholeChars?: number } {
    const clean = redactText(text);
    if (clean.length <= this.#maxTextChars) return { text: clean };
    return { text: clean.slice(0, this.#maxTextChars), wholeChars: clean.length };
  }

  #collect(way: "sent" | "received", frame: WitnessedFrame, atMs: number, accepted: boolean): void {
    const collector = this.#frames[way];
    if (!collector.push(frame, atMs - this.header.startedAt, accepted)) return;
    const record = collector.take();
    if (record) this.#put(record);
  }

  #flushFrames(): void {
    for (const record of [this.#frames.received.take(), this.#frames.sent.take()]) if (record) this.#put(record);
  }

  #add(entry: TraceEntry, atMs = this.#clock.now()): void {
    this.#flushFrames();
    this.#put({ t: atMs - this.header.startedAt, ...entry });
  }

  #put(record: TraceRecord | TraceHeader): void {
    const line = `${JSON.stringify(record)}\n`;
    if (!this.#write) this.#lines.push(line);
    else if (this.#error === undefined) {
      try {
        this.#write(line);
      } catch (error) {
        this.#error = error ?? new Error("write threw nothing");
      }
    }
  }
}

function describe(error: unknown): TraceError {
  if (!(error instanceof Error)) return { name: typeof error, message: redactText(String(error)) };
  const { code } = error as { readonly code?: unknown };
  return { name: error.name, message: redactText(error.message), ...(typeof code === "string" && { code }) };
}
