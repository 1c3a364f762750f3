import type { AudioState } from "../audio/index.ts";
import { type CallWarning, CallWarningClearEvent, CallWarningEvent } from "./call-events.ts";

/** What a person should do something about, by its code: each is told once, and once when it is over. */
export class CallWarnings {
  readonly #all = new Map<string, CallWarning>();
  readonly #tell: (event: CallWarningEvent | CallWarningClearEvent) => void;

  constructor(tell: (event: CallWarningEvent | CallWarningClearEvent) => void) {
    this.#tell = tell;
  }

  get all(): readonly CallWarning[] {
    return [...this.#all.values()];
  }

  add(warning: CallWarning): void {
    if (this.#all.has(warning.code)) return;
    this.#all.set(warning.code, warning);
    this.#tell(new CallWarningEvent(warning));
  }

  clear(code: string): void {
    if (this.#all.delete(code)) this.#tell(new CallWarningClearEvent(code));
  }

  clearAll(): void {
    for (const code of [...this.#all.keys()]) this.clear(code);
  }

  /** Of the page's sound. `resume`: what the person can do, with a click. */
  sound(state: AudioState, resume: () => Promise<void>): void {
    const check = (code: string, holds: boolean, message: string, action: string) => {
      if (holds) this.add({ code, message, action, resume });
      else this.clear(code);
    };
    const held = "The browser holds the sound of this call back.";
    check("media-autoplay", state === "suspended", held, "Click to turn the sound on.");
    const taken = "The system has taken the sound for something else, such as a phone call.";
    check("media-interrupted", state === "interrupted", taken, "End that, then turn the sound on.");
  }
}
