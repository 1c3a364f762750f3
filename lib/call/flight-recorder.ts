import { type Session, SessionRecorder, type SessionTap } from "../session/index.ts";
import type { Transport } from "../transport/index.ts";
import type { Call } from "./call.ts";
import type { FlightNotes, SoundNote } from "./flight-notes.ts";

/** What a flight record is made of. */
export type FlightCall = Pick<Call, "id" | "state" | "ended" | "stats" | "addEventListener" | "removeEventListener">;

/** Of `call.flightRecord()`. */
export interface FlightRecordOptions {
  /** Puts in the sound of the recordings of this call that have finished. Default false. */
  readonly audio?: boolean;
}

/** One line holds the levels of about five seconds. */
const LEVELS_A_LINE = 25;
/** Every so many quality events the whole statistics are noted as well: every ten seconds. */
const STATS_EVERY = 5;

/**
 * Keeps what happened in one call, in memory: the trace of its sessions, and with it states, levels, quality, warnings and what became of the
 * page. In the format of `SessionRecorder`, about 1.5 MB an hour and never more than 4; no credential and no session description is in it.
 */
export class FlightRecorder implements SessionTap {
  readonly #trace = new SessionRecorder({ statsIntervalMs: 0 }); // those of the call tell more
  readonly #call: FlightCall;
  readonly #next: SessionTap | undefined;
  readonly #left = new AbortController();
  readonly #began = new Map<string, number>();
  readonly #sounds: { readonly fromMs: number; readonly blob: Blob }[] = [];
  #levels = emptyLevels();
  #ratings = 0;

  /** @param next looks on as well, behind this one. */
  constructor(call: FlightCall, next?: SessionTap) {
    this.#call = call;
    this.#next = next;
    const { navigator, crossOriginIsolated } = globalThis as { navigator?: Navigator; crossOriginIsolated?: boolean };
    this.#note("call", {
      id: call.id,
      state: call.state,
      ...(navigator?.userAgent && { browser: navigator.userAgent }),
      ...(crossOriginIsolated !== undefined && { isolated: crossOriginIsolated }),
    });
    if (call.ended) this.#noteEnd(call.ended);
    else this.#follow();
  }

  attach(session: Session): void {
    this.#trace.attach(session);
    this.#next?.attach(session);
  }

  transport(transport: Transport): Transport {
    const witnessed = this.#trace.transport(transport);
    return this.#next?.transport(witnessed) ?? witnessed;
  }

  /** The file, as far as it is: JSON lines, which `voicebridge inspect` prints and `<voice-replay>` shows. */
  async blob({ audio = false }: FlightRecordOptions = {}): Promise<Blob> {
    this.#flushLevels();
    const lines = [this.#trace.text()];
    const t = Date.now() - this.#trace.header.startedAt;
    for (const { fromMs, blob } of audio ? this.#sounds : []) {
      const data: SoundNote = { type: blob.type, fromMs, base64: await base64(blob) };
      lines.push(`${JSON.stringify({ t, type: "note", name: "call-sound", data })}\n`);
    }
    return new Blob(lines, { type: "application/jsonl" });
  }

  #follow(): void {
    const call = this.#call;
    const { signal } = this.#left;
    call.addEventListener("statechange", ({ state, previous }) => this.#note("call-state", { state, previous }), {
      signal,
    });
    call.addEventListener("mutechange", ({ muted }) => this.#note("call-muted", { muted }), { signal });
    call.addEventListener("level", ({ input, output }) => this.#addLevels(input.peak, output.peak), { signal });
    call.addEventListener(
      "quality",
      ({ quality }) => {
        this.#note("call-quality", quality);
        if (this.#ratings++ % STATS_EVERY === 0) void this.#noteStats();
      },
      { signal },
    );
    call.addEventListener(
      "warning",
      ({ warning: { code, message } }) => this.#note("call-warning", { code, message }),
      { signal },
    );
    call.addEventListener("warningclear", ({ code }) => this.#note("call-warning", { code, cleared: true }), {
      signal,
    });
    call.addEventListener(
      "interrupted",
      ({ removedBytes, heardMs }) => this.#note("call-interrupted", { removedBytes, heardMs }),
      { signal },
    );
    call.addEventListener("recording", ({ id, blob }) => this.#recording(id, blob), { signal });
    call.addEventListener("ended", ({ end }) => this.#noteEnd(end), { signal });
    this.#followPage(signal);
  }

  #followPage(signal: AbortSignal): void {
    const { window, document } = globalThis as { window?: Window; document?: Document };
    const note = (change: string) => this.#note("call-page", { change });
    document?.addEventListener("visibilitychange", () => note(document.visibilityState), { signal });
    for (const type of ["online", "offline"]) window?.addEventListener(type, () => note(type), { signal });
  }

  #note<Name extends keyof FlightNotes>(name: Name, data: FlightNotes[Name]): void {
    this.#trace.note(name, data);
  }

  #addLevels(input: number, output: number): void {
    const levels = this.#levels;
    levels.at.push(Date.now());
    levels.input.push(twoDigits(input));
    levels.output.push(twoDigits(output));
    if (levels.at.length >= LEVELS_A_LINE) this.#flushLevels();
  }

  #flushLevels(): void {
    const { at, input, output } = this.#levels;
    if (at.length === 0) return;
    const now = Date.now();
    this.#note("call-levels", { at: at.map((time) => time - now), input, output });
    this.#levels = emptyLevels();
  }

  async #noteStats(): Promise<void> {
    const stats = await this.#call.stats().catch(() => undefined);
    if (stats) this.#note("call-stats", stats);
  }

  #recording(id: string, blob: Blob | undefined): void {
    const now = Date.now() - this.#trace.header.startedAt;
    if (blob) this.#sounds.push({ fromMs: this.#began.get(id) ?? 0, blob });
    else this.#began.set(id, now);
    this.#note("call-recording", { id, finished: blob !== undefined });
  }

  #noteEnd({ reason, by, error }: NonNullable<FlightCall["ended"]>): void {
    this.#flushLevels();
    this.#note("call-ended", { reason, by, ...(error && { code: error.code, message: error.message }) });
    this.#left.abort();
  }
}

const emptyLevels = (): { at: number[]; input: number[]; output: number[] } => ({ at: [], input: [], output: [] });

const twoDigits = (peak: number): number => Math.round(peak * 1000) / 1000;

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(pieces.join(""));
}
