import type { Level } from "../lib/core/core.ts";
import type { PlaybackStream } from "../lib/core/playback-stream.ts";
import { CallScope } from "./call-scope.ts";
import type { LevelReport } from "./messages.ts";

/** All calls of a page together send it at most five levels a second. */
const INTERVAL_SECONDS = 0.2;

/** Smaller changes are not told: a thousandth of full scale. */
const CHANGE = 0.001;

const silent: Level = { peak: 0, rms: 0 };

/** Decides when the page hears of the levels of a call. Render thread; allocates five times a second. */
export class LevelReporter {
  readonly #report: (report: LevelReport) => void;
  #dueSeconds = 0;
  #input = silent;
  #output = silent;

  constructor(report: (report: LevelReport) => void) {
    this.#report = report;
  }

  /** Once a quantum. */
  tick(scope: CallScope, stream: PlaybackStream): void {
    if (currentTime < this.#dueSeconds) return;
    this.#dueSeconds = currentTime + INTERVAL_SECONDS * CallScope.calls;
    const input = scope.capture?.level() ?? silent;
    const output = stream.level();
    if (!differs(input, this.#input) && !differs(output, this.#output)) return;
    this.#input = input;
    this.#output = output;
    this.#report({ type: "level", input, output });
  }
}

function differs(one: Level, other: Level): boolean {
  return Math.abs(one.peak - other.peak) >= CHANGE || Math.abs(one.rms - other.rms) >= CHANGE;
}
