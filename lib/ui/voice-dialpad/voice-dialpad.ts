import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { type CallEventType, canDial } from "../call-view.ts";
import { buttons, theme } from "../styles.ts";
import { VoiceElement } from "../voice-element.ts";

const columns = 3;
const keys = [..."123456789*0#"];
// ITU-T E.161
const letters: Readonly<Record<string, string>> = {
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
  "0": "+",
};
/** Most recent digits that are shown. */
const shownDigits = 24;

/**
 * Twelve keys that send DTMF digits. One tab stop: arrow keys move between the keys, and digits, `*` and `#` can be
 * typed while the pad has the focus. Shows what the call has sent.
 *
 * @tag voice-dialpad
 * @csspart digits - The digits sent so far.
 * @csspart keys - The grid of keys.
 * @csspart key - One key.
 * @cssprop --voice-raised - Background of a key.
 * @cssprop --voice-soft-text - The small letters.
 * @fires voice-dtmf-request - A person pressed a key. Cancelable. `detail.digit`
 * @fires voice-error - The digit could not be sent. `detail.error`
 */
export class VoiceDialpad extends VoiceElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override readonly callEvents: readonly CallEventType[] = ["statechange", "dtmf", "ended"];
  static override styles = [
    theme,
    buttons,
    css`
      :host {
        display: block;
      }
      .digits {
        min-block-size: 2rem;
        margin: 0;
        overflow: hidden;
        direction: ltr;
        text-align: center;
        font-size: 1.25rem;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.12em;
        white-space: nowrap;
      }
      .keys {
        display: grid;
        grid-template-columns: repeat(3, minmax(44px, 1fr));
        gap: 0.5rem;
        max-inline-size: 19rem;
        margin-inline: auto;
        direction: ltr; /* the order of a telephone's keys is the same in every script */
      }
      button {
        flex-direction: column;
        gap: 0;
        min-block-size: 3.25rem;
        padding: 0.25rem;
        border-radius: 0.75rem;
        font-size: 1.25rem;
        line-height: 1.15;
      }
      /* Decoration: the key is called by its digit. */
      button::after {
        content: attr(data-letters);
        content: attr(data-letters) / "";
        min-block-size: 1em;
        color: var(--_soft);
        font-size: 0.625rem;
        font-weight: 500;
        letter-spacing: 0.12em;
      }
    `,
  ];

  #sent = "";
  #current = 0;

  protected override callEvent(event: Event): void {
    if (event.type === "dtmf")
      this.#sent = (this.#sent + (event as Event & { digit: string }).digit).slice(-shownDigits);
  }

  protected override callChanged(): void {
    this.#sent = "";
  }

  protected override render(): TemplateResult {
    const off = !canDial(this.currentCall);
    return html`
      <p part="digits" class="digits">${this.#sent}</p>
      <div part="keys" class="keys" role="group" aria-label=${this.text("keypad")} @keydown=${this.#typed}>
        ${keys.map((key, index) => this.#key(key, index, off))}
      </div>
    `;
  }

  #key(key: string, index: number, off: boolean): TemplateResult {
    const name = key === "*" ? this.text("star") : key === "#" ? this.text("hash") : nothing;
    return html`<button
      part="key"
      type="button"
      aria-label=${name}
      data-letters=${letters[key] ?? ""}
      aria-disabled=${off}
      tabindex=${index === this.#current ? 0 : -1}
      @click=${() => this.#press(key)}
      @focus=${() => this.#moveTo(index)}
    >
      ${key}
    </button>`;
  }

  #press(digit: string): void {
    const call = this.currentCall;
    if (call === undefined || !canDial(call)) return;
    this.ask("voice-dtmf-request", { digit }, () => call.sendDtmf(digit));
  }

  readonly #typed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = this.#afterArrow(event.key);
    if (target !== undefined) {
      event.preventDefault();
      this.#moveTo(target);
      this.renderRoot.querySelectorAll("button")[target]?.focus();
    } else if (keys.includes(event.key) && !event.repeat) {
      event.preventDefault();
      this.#press(event.key);
    }
  };

  /** The key an arrow key leads to; undefined for any other key. */
  #afterArrow(key: string): number | undefined {
    const at = this.#current;
    switch (key) {
      case "ArrowLeft":
        return Math.max(0, at - 1);
      case "ArrowRight":
        return Math.min(keys.length - 1, at + 1);
      case "ArrowUp":
        return at >= columns ? at - columns : at;
      case "ArrowDown":
        return at + columns < keys.length ? at + columns : at;
      case "Home":
        return 0;
      case "End":
        return keys.length - 1;
      default:
        return undefined;
    }
  }

  #moveTo(index: number): void {
    this.#current = index;
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-dialpad": VoiceDialpad;
  }
}
