import { css, html, type PropertyValues, type TemplateResult } from "lit";
import type { Caption } from "../../call/captions.ts";
import type { CallEventType } from "../call-view.ts";
import { theme } from "../styles.ts";
import { VoiceElement } from "../voice-element.ts";

/** Distance from the end, in px, within which new lines keep the end in view. */
const nearEndPx = 40;

/**
 * What was said, line by line. Finished sentences are a `role="log"`; the sentence that is still growing is shown but
 * not read out. New lines scroll into view unless the reader has scrolled back.
 *
 * @tag voice-captions
 * @slot empty - Shown while nothing has been said.
 * @csspart captions - The scrolling box.
 * @csspart log - The finished lines.
 * @csspart line - One line.
 * @csspart caller - A line of the caller.
 * @csspart agent - A line of the agent.
 * @csspart speaker - Who says it.
 * @csspart partial - The line that is still growing.
 * @cssprop --voice-captions-height - Height of the box (default: as high as its lines, at most 12rem).
 */
export class VoiceCaptions extends VoiceElement {
  static override readonly callEvents: readonly CallEventType[] = ["caption"];
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      .captions {
        block-size: var(--voice-captions-height, auto);
        max-block-size: var(--voice-captions-height, 12rem);
        overflow-y: auto;
        padding: 0.75rem;
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 0.75);
        overscroll-behavior: contain;
      }
      p {
        margin: 0;
        overflow-wrap: anywhere;
      }
      p + p,
      div + p {
        margin-block-start: 0.5rem;
      }
      .speaker {
        margin-inline-end: 0.35em;
        color: var(--_soft);
        font-size: 0.8125rem;
        font-weight: 600;
      }
      .caller .speaker {
        color: var(--_accent);
      }
      .partial {
        color: var(--_soft);
        font-style: italic;
      }
      .empty {
        color: var(--_soft);
      }
    `,
  ];

  #atEnd = true;

  protected override callChanged(): void {
    this.#atEnd = true;
  }

  protected override render(): TemplateResult {
    const captions = this.currentCall?.captions ?? [];
    const finished = captions.filter((caption) => caption.final);
    const growing = captions.filter((caption) => !caption.final);
    return html`
      <div
        part="captions"
        class="captions"
        tabindex="0"
        role="group"
        aria-label=${this.text("captions")}
        @scroll=${this.#scrolled}
      >
        <div part="log" role="log" aria-label=${this.text("captions")}>${finished.map((caption) => this.#line(caption))}</div>
        ${growing.map((caption) => this.#line(caption))}
        <p class="empty" ?hidden=${captions.length > 0}><slot name="empty">${this.text("noCaptions")}</slot></p>
      </div>
    `;
  }

  #line({ speaker, text, final }: Caption): TemplateResult {
    const kind = final ? speaker : `${speaker} partial`;
    return html`<p part="line ${kind}" class=${kind} aria-hidden=${!final}>
      <span part="speaker" class="speaker">${this.text(speaker)}:</span><span dir="auto">${text}</span>
    </p>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const box = this.#box;
    if (this.#atEnd && box) box.scrollTop = box.scrollHeight;
  }

  readonly #scrolled = (): void => {
    const box = this.#box;
    if (box) this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight <= nearEndPx;
  };

  get #box(): Element | null {
    return this.renderRoot.querySelector(".captions");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-captions": VoiceCaptions;
  }
}
