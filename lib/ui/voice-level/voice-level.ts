import { css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { CallLevelEvent } from "../../call/call-events.ts";
import { type CallEventType, isTalking } from "../call-view.ts";
import { theme } from "../styles.ts";
import { VoiceElement } from "../voice-element.ts";
import { isAudible, litSegments, segmentCount } from "./scale.ts";

/** Level events after the last audible one during which the reduced-motion lamp stays on (about a second). */
const lampHold = 5;

/**
 * A level meter of our own samples: what is sent, or what is played. With `prefers-reduced-motion` a steady lamp replaces the bars.
 *
 * @tag voice-level
 * @csspart meter - The row of segments.
 * @csspart segment - One segment.
 * @csspart on - A segment that is lit.
 * @csspart lamp - What is shown instead when motion is to be reduced.
 * @cssprop --voice-level-color - Lit segments.
 * @cssprop --voice-line - Unlit segments.
 */
export class VoiceLevel extends VoiceElement {
  static override readonly callEvents: readonly CallEventType[] = ["level", "statechange", "ended"];
  static override properties: PropertyDeclarations = {
    source: { type: String, reflect: true },
    peak: { attribute: false },
  };
  static override styles = [
    theme,
    css`
      :host {
        --_lit: var(--voice-level-color, var(--_good));
        display: block;
      }
      .meter {
        display: flex;
        gap: 2px;
        align-items: center;
        block-size: 1.25rem;
      }
      i {
        flex: 1;
        block-size: 50%;
        border-radius: 2px;
        background: var(--_line);
        transition: background-color 0.15s linear;
      }
      i.on {
        block-size: 100%;
        background: var(--_lit);
      }
      .lamp {
        display: none;
        align-items: center;
        gap: 0.5em;
        block-size: 1.25rem;
        font-size: 0.8125rem;
      }
      .lamp::before {
        content: "";
        inline-size: 0.8rem;
        block-size: 0.8rem;
        border: 2px solid var(--_soft);
        border-radius: 50%;
      }
      .lamp.on::before {
        border-color: var(--_lit);
        background: var(--_lit);
      }
      @media (prefers-reduced-motion: reduce) {
        .meter {
          display: none;
        }
        .lamp {
          display: flex;
        }
      }
      @media (forced-colors: active) {
        i {
          border: 1px solid CanvasText;
        }
        i.on,
        .lamp.on::before {
          forced-color-adjust: none;
          background: Highlight;
        }
      }
    `,
  ];

  /** `input`: what the microphone sends. `output`: what the loudspeaker plays. */
  declare source: "input" | "output";
  /** 0 to 1 of full scale, in place of what the call says. */
  declare peak: number | undefined;

  #lit = 0;
  #lamp = 0;

  constructor() {
    super();
    this.source = "input";
  }

  protected override callEvent(event: Event): void {
    if (event.type !== "level") return;
    const { peak } = (event as CallLevelEvent)[this.source];
    this.#lit = litSegments(peak);
    this.#lamp = isAudible(peak) ? lampHold : Math.max(0, this.#lamp - 1);
  }

  protected override callChanged(): void {
    this.#lit = 0;
    this.#lamp = 0;
  }

  protected override render(): TemplateResult {
    const talking = isTalking(this.currentCall);
    const lit = this.peak !== undefined ? litSegments(this.peak) : talking ? this.#lit : 0;
    const heard = this.peak !== undefined ? isAudible(this.peak) : lit > 0 || (talking && this.#lamp > 0);
    const label = this.text(this.source === "output" ? "outputLevel" : "inputLevel");
    const lamp = this.text(heard ? "sound" : "silence");
    return html`
      <div
        part="meter"
        class="meter"
        role="meter"
        aria-label=${label}
        aria-valuemin="0"
        aria-valuemax=${segmentCount}
        aria-valuenow=${lit}
      >
        ${Array.from({ length: segmentCount }, (_, index) => {
          const on = index < lit;
          return html`<i part=${on ? "segment on" : "segment"} class=${on ? "on" : ""}></i>`;
        })}
      </div>
      <div part="lamp" class=${heard ? "lamp on" : "lamp"} role="img" aria-label="${label}: ${lamp}">
        <span>${lamp}</span>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-level": VoiceLevel;
  }
}
