import { css, html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { buttons, theme } from "./styles.ts";
import { VoiceElement } from "./voice-element.ts";

/** How a button looks now. */
export interface ButtonFace {
  /** Constant while the state changes: what changes is `pressed`. */
  readonly label: string;
  readonly icon: TemplateResult;
  /** False: keeps its focus, does nothing. */
  readonly enabled: boolean;
  readonly pressed?: boolean;
  readonly tone?: "primary" | "danger";
}

/** A part that is one real button: its face derives from the call, a click asks for something. */
export abstract class VoiceButton extends VoiceElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override properties: PropertyDeclarations = {
    disabled: { type: Boolean, reflect: true },
    stacked: { type: Boolean, reflect: true },
    iconOnly: { type: Boolean, reflect: true, attribute: "icon-only" },
  };
  static override styles = [
    theme,
    buttons,
    css`
      :host {
        display: inline-block;
      }
    `,
  ];

  /** Switched off by the page; what the call does not allow is switched off by itself. */
  declare disabled: boolean;
  /** A round icon with the label beneath. */
  declare stacked: boolean;
  /** Shows the icon alone; the label is still read out. */
  declare iconOnly: boolean;

  constructor() {
    super();
    this.disabled = false;
    this.stacked = false;
    this.iconOnly = false;
  }

  protected abstract get face(): ButtonFace;
  protected abstract activate(): void;

  protected override render(): TemplateResult {
    const { label, icon, enabled, pressed, tone } = this.face;
    const classes = [tone ?? "", this.stacked ? "stacked" : "", this.iconOnly ? "icon-only" : ""].join(" ").trim();
    return html`<button
      part="button"
      type="button"
      class=${classes || nothing}
      title=${this.iconOnly ? label : nothing}
      ?disabled=${this.disabled}
      aria-disabled=${enabled ? nothing : "true"}
      aria-pressed=${pressed ?? nothing}
      @click=${this.#click}
      @keydown=${this.#keyDown}
    >
      <span part="icon" class="icon"><slot name="icon">${icon}</slot></span>
      <span part="label" class="label"><slot>${label}</slot></span>
    </button>`;
  }

  /** A held Enter key must not press the button that has just received the focus. */
  readonly #keyDown = (event: KeyboardEvent): void => {
    if (event.repeat && event.key === "Enter") event.preventDefault();
  };

  /** The second click of a double click is not meant for the button that has just appeared under the pointer. */
  readonly #click = (event: MouseEvent): void => {
    if (event.detail <= 1 && this.face.enabled) this.activate();
  };
}
