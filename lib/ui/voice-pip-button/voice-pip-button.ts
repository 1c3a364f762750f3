import { css, html, nothing, svg, type TemplateResult } from "lit";
import { phaseOf } from "../call-view.ts";
import { type PipMessages, pipBook } from "../messages/pip-book.ts";
import { type ButtonFace, VoiceButton } from "../voice-button.ts";
import type { VoiceElement } from "../voice-element.ts";
import { VoiceHangupButton } from "../voice-hangup-button/voice-hangup-button.ts";
import { VoiceLevel } from "../voice-level/voice-level.ts";
import { VoiceMuteButton } from "../voice-mute-button/voice-mute-button.ts";
import { VoiceStatus } from "../voice-status/voice-status.ts";
import { type MiniWindow, openMiniWindow, pictureInPicture } from "./mini-window.ts";

const icon = svg`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><rect x="3" y="5" width="18" height="14" rx="2.500"/><rect x="12.500" y="12" width="6" height="4.500" rx="1" fill="currentColor"/></svg>`;

/**
 * Puts the call into a small window that stays on top of others: state, levels, mute, hang up. Pressed while that is open; it closes with the
 * call. Where the browser has no such windows (Document Picture-in-Picture), and in frames, it shows nothing. Works well in the `controls` slot of
 * `<voice-call>`.
 *
 * @tag voice-pip-button
 * @slot - Replaces the label.
 * @slot icon - Replaces the icon.
 * @csspart button - The button; `aria-pressed="true"` while the window is open.
 * @csspart icon - The icon.
 * @csspart label - The label.
 * @cssprop --voice-raised - Background.
 * @cssprop --voice-text - Label and icon; background while the window is open.
 * @fires voice-pip-request - A person asks to open or close it. Cancelable. `detail.open`: what is asked for.
 * @fires voice-mute-request - A person asks to mute or unmute in the window. Cancelable. `detail.muted`
 * @fires voice-hangup-request - A person asks to end the call in the window. Cancelable.
 * @fires voice-error - It could not be done. `detail.error`
 */
export class VoicePipButton extends VoiceButton {
  static override styles = [
    ...VoiceButton.styles,
    css`
      .parts {
        display: none;
      }
    `,
  ];

  #window: MiniWindow | undefined;
  #opening = false;

  /** Whether this browser can do it here. */
  static get supported(): boolean {
    return pictureInPicture() !== undefined;
  }

  /** Whether the window is open. */
  get open(): boolean {
    return this.#window !== undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#window?.close();
  }

  protected override waitFor(): Promise<unknown> | undefined {
    const [words, more] = [super.waitFor(), pipBook.load(this.locale)];
    return words && more ? Promise.all([words, more]) : (words ?? more);
  }

  protected override callEvent(): void {
    if (!this.#underWay) this.#window?.close();
  }

  protected override callChanged(): void {
    for (const part of this.#window?.parts ?? []) part.call = this.currentCall;
    if (!this.#underWay) this.#window?.close();
  }

  protected override render(): TemplateResult {
    return VoicePipButton.supported
      ? html`${super.render()}<div class="parts" aria-hidden="true" inert></div>`
      : html`${nothing}`;
  }

  protected get face(): ButtonFace {
    const words = { ...pipBook.find(this.locale), ...(this.messages as Partial<PipMessages> | undefined) };
    return { label: words.pip, icon, enabled: this.#underWay, pressed: this.open };
  }

  protected activate(): void {
    const open = !this.open;
    if (this.#opening) return;
    this.ask("voice-pip-request", { open }, async () => {
      if (open) await this.#open();
      else this.#window?.close();
    });
  }

  get #underWay(): boolean {
    const phase = phaseOf(this.currentCall);
    return phase === "starting" || phase === "live";
  }

  async #open(): Promise<void> {
    const place = this.renderRoot.querySelector(".parts");
    const rows = this.#makeRows();
    const parts = rows.flat();
    this.#opening = true;
    try {
      // They are rendered here first: what is made in a page may move to the window, but cannot be made there.
      place?.append(...parts);
      await Promise.all(parts.map(({ updateComplete }) => updateComplete));
      this.#window = await openMiniWindow(this, rows, () => {
        this.#window = undefined;
        for (const part of parts) part.remove();
        this.requestUpdate();
      });
    } finally {
      this.#opening = false;
      if (!this.#window) place?.replaceChildren();
      this.requestUpdate();
    }
    if (!this.#underWay || !this.isConnected) this.#window?.close();
  }

  #makeRows(): readonly (readonly VoiceElement[])[] {
    const make = <Part extends VoiceElement>(tag: string, part: new () => Part, init: Partial<Part> = {}): Part => {
      if (!customElements.get(tag)) customElements.define(tag, part);
      const made = document.createElement(tag) as Part;
      return Object.assign(made, { call: this.currentCall, messages: this.table }, init);
    };
    return [
      [make("voice-status", VoiceStatus, { silent: true })],
      [make("voice-level", VoiceLevel)],
      [make("voice-level", VoiceLevel, { source: "output" })],
      [
        make("voice-mute-button", VoiceMuteButton, { stacked: true }),
        make("voice-hangup-button", VoiceHangupButton, { stacked: true }),
      ],
    ];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-pip-button": VoicePipButton;
  }
}
