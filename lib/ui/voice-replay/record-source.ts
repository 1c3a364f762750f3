import { type FlightRecord, readFlightRecord } from "../../call/flight-record.ts";
import type { ReplayMessages } from "../messages/replay-messages.ts";

/** The word for what is wrong with a file. */
export type RecordProblem = keyof Pick<ReplayMessages, "replayNoRecord" | "replayVersion" | "replayUnreachable">;

/** Whom a `RecordSource` tells. */
export interface RecordReader {
  /** `busy` or `problem` changed. */
  changed(): void;
  opened(record: FlightRecord): void;
  failed(error: Error): void;
}

/** Reads one file at a time: what comes later takes the place of what is still being read. */
export class RecordSource {
  readonly #reader: RecordReader;
  #opening: AbortController | undefined;
  #problem: RecordProblem | undefined;

  constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  get busy(): boolean {
    return this.#opening !== undefined;
  }

  /** Of the last file. */
  get problem(): RecordProblem | undefined {
    return this.#problem;
  }

  /** Resolves with whether the record is shown; false, too, where something else was opened meanwhile. */
  async open(read: (signal: AbortSignal) => Promise<string>): Promise<boolean> {
    this.stop();
    const opening = new AbortController();
    this.#opening = opening;
    this.#problem = undefined;
    this.#reader.changed();
    try {
      const text = await read(opening.signal);
      if (opening.signal.aborted) return false;
      this.#reader.opened(readFlightRecord(text));
      return true;
    } catch (error) {
      if (opening.signal.aborted) return false;
      this.#problem = problemOf(error);
      this.#reader.failed(error instanceof Error ? error : new Error(String(error)));
      return false;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
      this.#reader.changed();
    }
  }

  fetch(src: string): Promise<boolean> {
    return this.open(async (signal) => {
      const response = await fetch(src, { signal });
      if (!response.ok) throw new Error(`${src}: ${response.status}`);
      return response.text();
    });
  }

  stop(): void {
    this.#opening?.abort();
  }
}

function problemOf(error: unknown): RecordProblem {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === "trace-format" ? "replayNoRecord" : code === "trace-version" ? "replayVersion" : "replayUnreachable";
}
