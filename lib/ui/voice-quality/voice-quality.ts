import type { PropertyDeclarations } from "lit";
import type { CallEventType } from "../call-view.ts";
import { type PanelScript, VoicePanel } from "../voice-panel.ts";

/**
 * How good the call sounds here: bars and a word, the opinion score, where the milliseconds go, and over the last two minutes delay by its stages,
 * score, concealment and drift.
 *
 * @tag voice-quality
 * @csspart summary - Bars, word and score.
 * @csspart bars - The bars.
 * @csspart stages - Where the milliseconds go.
 * @csspart plot - One drawing over time.
 * @csspart plots - Those of score, concealment and drift.
 * @csspart save - The button that saves a file of what happened in the call.
 * @cssprop --voice-good - Bars and curve.
 * @cssprop --voice-danger - Bars while it is bad.
 * @fires voice-flight-record-request - A person asks for the file of what happened in the call. Cancelable.
 * @fires voice-error - The file could not be made. `detail.error`
 */
export class VoiceQuality extends VoicePanel {
  static override readonly callEvents: readonly CallEventType[] = ["quality", "statechange", "ended"];
  static override properties: PropertyDeclarations = {
    compact: { type: Boolean, reflect: true },
    foldable: { type: Boolean, reflect: true },
  };

  /** Bars, word and score alone. */
  declare compact: boolean;
  /** The rest is folded in until somebody wants it. */
  declare foldable: boolean;

  constructor() {
    super();
    this.compact = false;
    this.foldable = false;
  }

  protected override load(): Promise<PanelScript<this>> {
    return import("./quality-panel.ts");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-quality": VoiceQuality;
  }
}
