import type { AgentMiddleware } from "./agent.ts";
import { checkOptions, rules } from "./check-options.ts";
import { SoundDecoder } from "./sound.ts";
import { TimedTrack } from "./timed-track.ts";
import type { VoiceSession } from "./voice-session.ts";
import { WavFile, type WavSink } from "./wav-file.ts";

/** Of `recordCall`: the file, and how much sound may be held for it. */
export interface RecordingOptions {
  /** A new file: one that is there is not overwritten. Its folder must be there. */
  readonly file: string;
  /** How far the file is behind the call: sound that comes later than this has a gap before it. Default 1 s. */
  readonly lagMs?: number;
  /** Sound that may wait for the disk; what comes when it is full is silence in the file, and counted. Default 20 s. */
  readonly maxQueuedMs?: number;
  /** In place of a file, for tests. */
  readonly sink?: WavSink;
}

/** Of a recording at one moment, or when it finished. Times are milliseconds of sound. */
export interface RecordingStats {
  readonly file: string;
  /** On disk. */
  readonly durationMs: number;
  /** Pauses in the caller's sound, where it came too late or was not sent: silence is in their place. */
  readonly gaps: number;
  readonly gapMs: number;
  /** Silence of the caller left out to catch up after sound that came in a burst. */
  readonly skippedMs: number;
  /** Silence in place of sound that the disk was too slow for. */
  readonly silencedMs: number;
  /** Sound that is not in the file, after the disk failed or a queue was full. */
  readonly lostMs: number;
  /** Of the disk, where it failed. */
  readonly error: unknown;
}

/** What kept a recording from beginning. */
export type RecordingErrorCode =
  /** The file could not be made. */
  | "recording-file"
  /** The call has no sound. */
  | "recording-no-audio";

/** A recording could not begin. The call goes on. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  constructor(
    readonly code: RecordingErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What is recorded: a `VoiceSession`, or a `VoiceCaller`. */
export type RecordableCall = Pick<VoiceSession, "hasAudio" | "format" | "clock" | "agentBytes" | "ended" | "tapSound">;

const tickMs = 200;
/** The agent's sound is played from a jitter buffer: a pause in sending that is shorter than this is not heard. */
const agentToleranceMs = 200;
const maxCallerAheadMs = 30_000;
const maxAgentAheadMs = 900_000;

/**
 * A call on disk: the caller on the left, the agent on the right as the caller hears it (sound that was sent ahead is where it is played, sound that was
 * taken back is not there). Written while the call is on; the file is whole at any moment. Ends with the call.
 */
export class CallRecording {
  /** Settles when the file is closed. Never rejects. */
  readonly finished: Promise<RecordingStats>;
  readonly file: string;
  readonly #call: RecordableCall;
  #wav: WavFile | undefined;
  readonly #lagMs: number;
  readonly #startedAt: number;
  readonly #sampleRate: number;
  readonly #caller: TimedTrack;
  readonly #agent: TimedTrack;
  readonly #untap: () => void;
  #writtenSamples = 0;
  #cancelTick: () => void = () => {};
  #finish!: (stats: RecordingStats) => void;
  #stopping = false;

  /** Hears the call from now on; see `recordCall`. */
  constructor(call: RecordableCall, { file, lagMs = 1000 }: RecordingOptions) {
    const { sampleRate, bytesPerSecond } = call.format;
    const samples = (ms: number): number => (ms * sampleRate) / 1000;
    this.file = file;
    this.#call = call;
    this.#lagMs = lagMs;
    this.#sampleRate = sampleRate;
    this.#startedAt = call.clock.now();
    this.#caller = new TimedTrack({ toleranceSamples: samples(lagMs), maxAheadSamples: samples(maxCallerAheadMs) });
    this.#agent = new TimedTrack({
      toleranceSamples: samples(Math.min(agentToleranceMs, lagMs)),
      maxAheadSamples: samples(maxAgentAheadMs),
    });
    const [callerDecoder, agentDecoder] = [new SoundDecoder(call.format), new SoundDecoder(call.format)];
    const firstByte = call.agentBytes;
    const position = (byte: number): number => Math.max(0, ((byte - firstByte) * sampleRate) / bytesPerSecond);
    this.#untap = call.tapSound({
      caller: (bytes) => this.#caller.pushLive(callerDecoder.decode(bytes), this.#now()),
      agent: (bytes) => this.#agent.push(agentDecoder.decode(bytes), this.#now()),
      takenBack: (from, to) => this.#agent.takeBack(position(from), position(to)),
    });
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Begins to write. */
  writeTo(wav: WavFile): void {
    this.#wav = wav;
    void this.#call.ended.then(() => this.stop());
    this.#tick();
  }

  /** There is nothing to write to. */
  giveUp(): void {
    this.#untap();
  }

  stats(): RecordingStats {
    const ms = (samples: number): number => (samples * 1000) / this.#sampleRate;
    const { writtenBytes = 0, silencedBytes = 0, lostBytes = 0, error } = this.#wav?.stats ?? {};
    return {
      file: this.file,
      durationMs: ms(writtenBytes / 4),
      gaps: this.#caller.gaps,
      gapMs: ms(this.#caller.gapSamples),
      skippedMs: ms(this.#caller.skippedSamples),
      silencedMs: ms(silencedBytes / 4),
      lostMs: ms(lostBytes / 4 + this.#caller.lostSamples + this.#agent.lostSamples),
      error,
    };
  }

  /** Ends the recording before the call. Resolves when the file is closed. */
  async stop(): Promise<RecordingStats> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#untap();
      this.#cancelTick();
      // The caller's sound to its end; the agent's as far as it was heard.
      this.#write(Math.max(this.#now(), this.#caller.end));
      await this.#wav?.close();
      this.#finish(this.stats());
    }
    return this.finished;
  }

  /** On the time line. */
  #now(): number {
    return Math.round(((this.#call.clock.now() - this.#startedAt) * this.#sampleRate) / 1000);
  }

  #tick(): void {
    this.#write(this.#now() - Math.round((this.#lagMs * this.#sampleRate) / 1000));
    this.#cancelTick = this.#call.clock.after(tickMs, () => this.#tick());
  }

  #write(end: number): void {
    while (this.#writtenSamples < end) {
      const count = Math.min(end - this.#writtenSamples, this.#sampleRate);
      const [left, right] = [this.#caller.take(count), this.#agent.take(count)];
      const both = new Int16Array(count * 2);
      for (let i = 0; i < count; i++) {
        both[i * 2] = left[i]!;
        both[i * 2 + 1] = right[i]!;
      }
      this.#wav?.append(both);
      this.#writtenSamples += count;
    }
  }
}

/** Records a call that is active, from now to its end. Rejects with `RecordingError` where it cannot begin. */
export async function recordCall(call: RecordableCall, options: RecordingOptions): Promise<CallRecording> {
  checkOptions("recordCall", options, optionRules);
  if (!call.hasAudio) throw new RecordingError("recording-no-audio", "This call has no sound to record.");
  const format = { sampleRate: call.format.sampleRate, channels: 2 };
  const { file, sink, maxQueuedMs = 20_000 } = options;
  const maxQueuedBytes = (maxQueuedMs * format.sampleRate * 4) / 1000;
  const recording = new CallRecording(call, options); // hears what comes while the file is being made
  try {
    const wav = sink ? new WavFile(sink, format, maxQueuedBytes) : await WavFile.create(file, format, maxQueuedBytes);
    recording.writeTo(wav);
    return recording;
  } catch (cause) {
    recording.giveUp();
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    const what =
      code === "EEXIST" ? "is there already" : code === "ENOENT" ? "has no folder" : `cannot be made (${code})`;
    throw new RecordingError("recording-file", `The recording ${file} ${what}.`, { cause });
  }
}

const optionRules = { file: rules.text, lagMs: rules.milliseconds, maxQueuedMs: rules.milliseconds } as const;

/** Of `recordCalls`: which calls are recorded, to which files. */
export interface RecordCallsOptions extends Omit<RecordingOptions, "file" | "sink"> {
  /** The file of a call; undefined: this one is not recorded. Not made of `call.call.id`, or of anything else that the caller says. */
  readonly file: (call: VoiceSession) => string | undefined;
  /** No recording, no call: it is hung up where its recording cannot begin. Default false: it goes on. */
  readonly required?: boolean;
  readonly onError?: (error: unknown, call: VoiceSession) => void;
  readonly onFinished?: (stats: RecordingStats, call: VoiceSession) => void;
}

/** Records every call around an agent. */
export function recordCalls(options: RecordCallsOptions): AgentMiddleware {
  checkOptions("recordCalls", options, {
    ...optionRules,
    file: rules.callback,
    onError: rules.callback,
    onFinished: rules.callback,
  });
  const { file: nameOf, required = false, onError, onFinished, ...rest } = options;
  return async (call, next) => {
    const file = call.hasAudio ? nameOf(call) : undefined;
    if (file !== undefined) {
      try {
        const recording = await recordCall(call, { ...rest, file });
        void recording.finished.then((stats) => onFinished?.(stats, call));
      } catch (error) {
        onError?.(error, call);
        if (required) throw error;
      }
    }
    return next();
  };
}
