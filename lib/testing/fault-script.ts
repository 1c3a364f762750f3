/** `up`: from the side that dials to the side that answers. */
export type FaultDirection = "up" | "down";

/** What may go wrong on the way. The first group lasts, the second happens. */
export type Fault =
  /** Everything arrives later: by `ms`, give or take `jitterMs`. The order stays. */
  | { readonly type: "delay"; readonly ms: number; readonly jitterMs?: number }
  /** No more than this gets through. */
  | { readonly type: "limit"; readonly bytesPerSecond: number }
  /** Media frames are lost, this share of them (0 to 1). Not on a TCP stream, which loses nothing. */
  | { readonly type: "drop"; readonly share: number }
  /** What is sent vanishes, and so does the rest of that connection, even when this ends: a stream with a hole cannot be read any more. */
  | { readonly type: "black-hole" }
  /** Nobody listens: connecting is refused. */
  | { readonly type: "refuse" }
  /** Nothing arrives for `ms`, then everything at once. */
  | { readonly type: "stall"; readonly ms: number }
  /** One bit is turned over in each of the next `count` bytes that are picked. */
  | { readonly type: "corrupt"; readonly count: number }
  /** The stream ends in the middle of a (WebSocket) frame. */
  | { readonly type: "truncate" }
  /** Both sides get a TCP reset; what was on its way is gone. */
  | { readonly type: "reset" }
  /** The stream ends in good order in this direction; the other one goes on. */
  | { readonly type: "half-close" };

/** The name of a fault, as fault scripts write it. */
export type FaultType = Fault["type"];

/** When. Without any of it: from the beginning. Times count from when the connection was opened, or the phase applied. */
export interface FaultTiming {
  /** Both, where it is left out. */
  readonly direction?: FaultDirection;
  readonly atMs?: number;
  /** Again and again; the first time at `atMs`, or after one period. */
  readonly everyMs?: number;
  /** How long it lasts. */
  readonly forMs?: number;
  /** When this many bytes have passed in its direction, to the byte. In place of `atMs` and `everyMs`. */
  readonly afterBytes?: number;
}

/** One line of a fault script: what goes wrong, and when. */
export type FaultPhase = Fault & FaultTiming;

/** A fault script cannot be read, or asks for what cannot be done there. `action` says how it is written. */
export class FaultScriptError extends Error {
  override readonly name = "FaultScriptError";
  readonly fatal = true;
  constructor(
    /** `fault-unsupported`: not where this script is used. */
    readonly code: "fault-script" | "fault-unsupported",
    message: string,
    readonly action: string,
  ) {
    super(message);
  }
}

/** How fault scripts are written, as text for people. */
export const faultGrammar = `phase [; phase …], each:  [up|down] FAULT [at T] [every T] [for T] [after SIZE]
  delay 40±20        later by 40 ms, give or take 20 (also +-)
  limit 16kB         this many bytes a second
  drop 5%            of the media frames (not for TCP)
  black-hole         what is sent vanishes
  refuse             nobody listens
  stall 400          nothing for 400 ms, then everything at once
  corrupt 3          one bit each in 3 bytes
  truncate           ends in the middle of a frame
  reset              TCP reset, both sides
  half-close         ends in good order, in one direction
  T: milliseconds, or 5s.  SIZE: bytes, or 64kB, 1MB.  Times count from the opening of each connection.`;

const lasting: readonly FaultType[] = ["delay", "limit", "drop", "black-hole", "refuse"];

/** Whether a fault lasts (until it is ended), or just happens. */
export const lasts = ({ type }: Fault): boolean => lasting.includes(type);

/** Whether it happens to what there is now, and is over then. */
export const isMomentary = (phase: FaultPhase): boolean =>
  !lasts(phase) && phase.atMs === undefined && phase.everyMs === undefined && phase.afterBytes === undefined;

type Script = string | readonly FaultPhase[] | undefined;

/** Reads a script such as `stall 400 every 10s; up delay 40±20`. Phases are checked and handed on. Throws `FaultScriptError`. */
export function parseFaultScript(script: Script): readonly FaultPhase[] {
  if (typeof script !== "string") return (script ?? []).map(checked);
  return script
    .split(/[;\n]/)
    .map((statement) => statement.replace(/#.*/, "").trim())
    .filter((statement) => statement !== "")
    .map(parsePhase);
}

function parsePhase(statement: string): FaultPhase {
  const words = statement.toLowerCase().split(/\s+/);
  const direction = words[0] === "up" || words[0] === "down" ? (words.shift() as FaultDirection) : undefined;
  const type = words.shift() ?? "";
  const takesWord = ["delay", "limit", "drop", "stall", "corrupt"].includes(type);
  const fault = readFault(type, takesWord ? (words.shift() ?? "") : "", statement);
  const timing: { -readonly [K in keyof FaultTiming]: FaultTiming[K] } = direction ? { direction } : {};
  while (words.length > 0) {
    const [key, value = ""] = [words.shift(), words.shift()];
    if (key === "at") timing.atMs = milliseconds(value, statement);
    else if (key === "every") timing.everyMs = milliseconds(value, statement);
    else if (key === "for") timing.forMs = milliseconds(value, statement);
    else if (key === "after") timing.afterBytes = bytes(value, statement);
    else throw wrong(statement, `"${key}" is none of at, every, for, after`);
  }
  return checked({ ...fault, ...timing });
}

function readFault(type: string, word: string, statement: string): Fault {
  switch (type) {
    case "delay": {
      const [ms = "", jitter] = word.split(/±|\+\/?-/);
      const delay = { type, ms: milliseconds(ms, statement) } as const;
      return jitter === undefined ? delay : { ...delay, jitterMs: milliseconds(jitter, statement) };
    }
    case "limit":
      return { type, bytesPerSecond: bytes(word.replace(/\/s$/, ""), statement) };
    case "drop":
      if (!/^\d+(\.\d+)?%$/.test(word)) throw wrong(statement, `"${word}" is not a percentage`);
      return { type, share: Number((Number.parseFloat(word) / 100).toPrecision(12)) };
    case "stall":
      return { type, ms: milliseconds(word, statement) };
    case "corrupt":
      return { type, count: bytes(word, statement) };
    case "black-hole":
    case "refuse":
    case "truncate":
    case "reset":
    case "half-close":
      return { type };
    default:
      throw wrong(statement, `there is no fault "${type}"`);
  }
}

function milliseconds(word: string, statement: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(word) ?? [];
  if (number === undefined) throw wrong(statement, `"${word}" is not a time`);
  return Number(number) * (unit === "s" ? 1000 : 1);
}

function bytes(word: string, statement: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(b|kb|mb)?$/.exec(word) ?? [];
  if (number === undefined) throw wrong(statement, `"${word}" is not a size`);
  return Math.round(Number(number) * (unit === "mb" ? 1e6 : unit === "kb" ? 1e3 : 1));
}

function checked(phase: FaultPhase): FaultPhase {
  const say = (problem: string): never => {
    throw wrong(formatFaultPhase(phase), problem);
  };
  const { type, atMs, everyMs, forMs, afterBytes } = phase;
  const numbers = Object.entries(phase).filter(([, value]) => typeof value === "number");
  for (const [name, value] of numbers) if (!(value >= 0) || value === Infinity) say(`${name} is ${value}`);
  if (everyMs === 0) say("every takes a time above 0");
  if (lasts(phase) && everyMs !== undefined && !(forMs !== undefined && forMs < everyMs)) {
    say(`${type} lasts: with every it needs for, and a shorter one`);
  }
  if (!lasts(phase) && forMs !== undefined) say(`${type} happens, and takes no for`);
  if (afterBytes !== undefined && (atMs !== undefined || everyMs !== undefined))
    say("after takes neither at nor every");
  if (type === "refuse" && (phase.direction || afterBytes !== undefined)) say("refuse takes no direction and no after");
  if (type === "limit" && phase.bytesPerSecond < 1) say("a limit is at least one byte a second");
  if (type === "drop" && phase.share > 1) say("no more than 100% can be lost");
  return phase;
}

/** The phase as a script has it. */
export function formatFaultPhase(phase: FaultPhase): string {
  const { direction, atMs, everyMs, forMs, afterBytes } = phase;
  const words: (string | undefined)[] = [
    direction,
    phase.type,
    argumentOf(phase),
    ...(atMs === undefined ? [] : ["at", `${atMs}`]),
    ...(everyMs === undefined ? [] : ["every", `${everyMs}`]),
    ...(forMs === undefined ? [] : ["for", `${forMs}`]),
    ...(afterBytes === undefined ? [] : ["after", `${afterBytes}`]),
  ];
  return words.filter((word) => word !== undefined).join(" ");
}

function argumentOf(fault: Fault): string | undefined {
  if (fault.type === "delay") return fault.jitterMs === undefined ? `${fault.ms}` : `${fault.ms}±${fault.jitterMs}`;
  if (fault.type === "limit") return `${fault.bytesPerSecond}`;
  if (fault.type === "drop") return `${Number((fault.share * 100).toPrecision(12))}%`;
  if (fault.type === "stall") return `${fault.ms}`;
  if (fault.type === "corrupt") return `${fault.count}`;
  return undefined;
}

const wrong = (statement: string, problem: string): FaultScriptError =>
  new FaultScriptError("fault-script", `"${statement}": ${problem}.`, `Write it as\n${faultGrammar}`);
