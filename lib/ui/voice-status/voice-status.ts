import { css, html, type PropertyDeclarations, type TemplateResult } from "lit";
import type { CallEventType } from "../call-view.ts";
import { phaseOf } from "../call-view.ts";
import { ClockController, formatDuration } from "../clock-controller.ts";
import { describeEnd } from "../describe.ts";
import { theme } from "../styles.ts";
import { VoiceElement } from "../voice-element.ts";

/**
 * The state of the call in a word, how long it lasts, and the announcer: state changes are read out politely, the
 * state found on the first render is not.
 *
 * @tag voice-status
 * @csspart status - The visible line.
 * @csspart dot - The mark before it.
 * @csspart state - The state.
 * @csspart timer - How long the call lasts (or lasted).
 * @cssprop --voice-good - The mark while connected.
 * @cssprop --voice-danger - The mark after a failure.
 */
export class VoiceStatus extends VoiceElement {
  static override readonly callEvents: readonly CallEventType[] = ["statechange", "ended"];
  static override properties: PropertyDeclarations = { silent: { type: Boolean, reflect: true } };
  static override styles = [
    theme,
    css`
      :host {
        display: block;
        position: relative;
      }
      .status {
        display: flex;
        align-items: center;
        gap: 0.5em;
        margin: 0;
        font-size: 0.875rem;
      }
      .dot {
        flex: none;
        inline-size: 0.65em;
        block-size: 0.65em;
        border: 2px solid var(--_soft);
        border-radius: 50%;
      }
      .starting .dot,
      .pending .dot {
        border-color: var(--_accent);
        border-block-start-color: transparent;
        animation: turn 1s linear infinite;
      }
      /* Two bars, as on a button that pauses. */
      .held .dot {
        border-color: var(--_accent);
        border-width: 0 0.22em;
        border-radius: 0;
      }
      .live .dot {
        border-color: var(--_good);
        background: var(--_good);
      }
      .failed .dot {
        border-color: var(--_danger);
        border-radius: 0;
        background: var(--_danger);
        transform: rotate(45deg);
      }
      .timer {
        margin-inline-start: auto;
        color: var(--_soft);
        font-variant-numeric: tabular-nums;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      @media (forced-colors: active) {
        .live .dot,
        .failed .dot {
          forced-color-adjust: none;
          border-color: CanvasText;
          background: CanvasText;
        }
      }
    `,
  ];

  /** Leaves announcing to another `<voice-status>` of the same call. */
  declare silent: boolean;

  #announced = "";
  #endedAt: number | undefined;

  constructor() {
    super();
    this.silent = false;
    new ClockController(
      this,
      () => phaseOf(this.currentCall) === "live" && this.currentCall?.connectedAt !== undefined,
    );
  }

  protected override callEvent(event: Event): void {
    const call = this.currentCall;
    if (event.type === "ended") this.#endedAt = Date.now();
    if (call === undefined) return;
    // An end is announced once, by its `ended` event, which knows who ended the call and what to do about it.
    if (event.type === "ended") this.#announced = call.ended ? describeEnd(call.ended, this.table).spoken : "";
    else if (phaseOf(call) !== "over") this.#announced = this.text(call.state);
  }

  protected override callChanged(): void {
    this.#endedAt = undefined;
    this.#announced = "";
  }

  protected override render(): TemplateResult {
    const call = this.currentCall;
    const state = call?.state ?? "idle";
    const phase = phaseOf(call);
    const kind =
      state === "failed" || state === "held" ? state : phase === "live" && state !== "active" ? "pending" : phase;
    const until = phase === "over" ? this.#endedAt : Date.now();
    const since = call?.connectedAt;
    const elapsed = since === undefined || until === undefined ? undefined : formatDuration(until - since);
    return html`
      <p part="status" class="status ${kind}">
        <span part="dot" class="dot"></span>
        <span part="state">${this.text(state)}</span>
        <span part="timer" class="timer" role="timer" aria-label=${this.text("duration")} ?hidden=${elapsed === undefined}
          >${elapsed}</span
        >
      </p>
      <div class="unseen" role="status">${this.silent ? "" : this.#announced}</div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-status": VoiceStatus;
  }
}
