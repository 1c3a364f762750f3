import { type Trace, type TraceRecord, type TraceWay, traceFrames } from "../session/index.ts";

/** Which side of a recorded session is played: the one that recorded it, or the one it talked to. */
export type ReplaySide = "recorder" | "peer";

/** What the played side does, and what it expects of the live one, in order. `t` as in the trace. */
export type ReplayStep = { readonly t: number } & (
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "hear"; readonly text: string }
  | { readonly type: "send"; readonly frame: Uint8Array }
  /** Sound from the live side; its bytes where they were recorded. */
  | { readonly type: "receive"; readonly bytes: number; readonly frame: Uint8Array | undefined }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "await-close" }
  | { readonly type: "sever" }
  /** Something that is not in the trace, or not whole. */
  | { readonly type: "hole"; readonly what: string }
);

/** The steps of the trace's `index`th session. Sound that was not recorded is played as bytes of 0. */
export function replaySteps(trace: Trace, side: ReplaySide, index: number): ReplayStep[] {
  const steps: ReplayStep[] = [];
  let session = -1;
  /** Frames since the last record of another kind: the two directions are in records of their own. */
  let frames: ReplayStep[] = [];
  for (const record of trace.records) {
    if (record.type === "session") session++;
    if (session !== index && record.type !== "gap") continue;
    const made = stepsOf(record, side);
    if (record.type !== "frames") {
      for (const step of frames.sort(byTime)) steps.push(step);
      frames = [];
    }
    for (const step of made) (record.type === "frames" ? frames : steps).push(step);
  }
  for (const step of frames.sort(byTime)) steps.push(step);
  return steps;
}

const byTime = (a: ReplayStep, b: ReplayStep): number => a.t - b.t;

function stepsOf(record: TraceRecord, side: ReplaySide): ReplayStep[] {
  const { t } = record;
  const ours = (way: TraceWay): boolean => (way === "sent") === (side === "recorder");
  switch (record.type) {
    case "text":
      if (record.wholeChars !== undefined) return [{ t, type: "hole", what: `a message of ${record.wholeChars}, cut` }];
      return [{ t, type: ours(record.way) ? "say" : "hear", text: record.text }];
    case "frames": {
      const frames = traceFrames(record);
      return record.bytes.map((bytes, index): ReplayStep => {
        const at = t + (record.at[index] ?? 0);
        const frame = frames?.[index];
        if (ours(record.way)) return { t: at, type: "send", frame: frame ?? new Uint8Array(bytes) };
        return { t: at, type: "receive", bytes, frame };
      });
    }
    case "close": {
      const { by, code, reason } = record;
      if (by === "lost") return [{ t, type: "sever" }];
      const closing = (by === "local") === (side === "recorder");
      return [closing ? { t, type: "close", code, reason } : { t, type: "await-close" }];
    }
    case "gap":
      return [{ t, type: "hole", what: `${record.lines} lines left out` }];
    case "media-connected":
      return [{ t, type: "hole", what: "sound, which passed between other threads" }];
    default:
      return [];
  }
}
