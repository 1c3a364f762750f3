import { html, nothing, type TemplateResult } from "lit";
import { captionsIcon, devicesIcon, keypadIcon } from "../icons.ts";
import type { Messages } from "../messages/messages.ts";
import type { Drawer, Folds } from "./folds.ts";

/** What the call bar shows. */
export interface CallBar {
  readonly table: Messages;
  readonly folds: Folds;
  /** The call is on; otherwise only hanging up is offered. */
  readonly live: boolean;
  readonly hidden: boolean;
  readonly iconsOnly: boolean;
  /** Which of its buttons open something here. */
  readonly offers: Readonly<Record<Drawer | "captions", boolean>>;
  readonly openDrawer: (drawer: Drawer) => void;
  readonly toggleCaptions: () => void;
}

/** The controls of a call that is under way. */
export function callBar({ table, folds, live, hidden, iconsOnly, offers, ...acts }: CallBar): TemplateResult {
  const opens = (drawer: Drawer, label: string, icon: TemplateResult) => html`<button
      part="toggle"
      id="show-${drawer}"
      class="stacked toggle ${iconsOnly ? "icon-only" : ""}"
      title=${iconsOnly ? label : nothing}
      type="button"
      aria-expanded=${folds.drawer === drawer}
      aria-controls=${drawer}
      ?hidden=${!live || !offers[drawer]}
      @click=${() => acts.openDrawer(drawer)}
    >
      <span class="icon">${icon}</span><span class="label">${label}</span>
    </button>`;
  return html`<div part="bar" class="bar" role="group" aria-label=${table.controls} ?hidden=${hidden}>
    <voice-mute-button stacked ?icon-only=${iconsOnly} exportparts="button:mute-button" ?hidden=${!live}></voice-mute-button>
    ${opens("dialpad", table.keypad, keypadIcon)}
    <button
      part="toggle"
      class="stacked toggle"
      type="button"
      aria-pressed=${folds.captions}
      ?hidden=${!live || !offers.captions || iconsOnly}
      @click=${acts.toggleCaptions}
    >
      <span class="icon">${captionsIcon}</span>${table.captions}
    </button>
    ${opens("devices", table.devices, devicesIcon)}
    <slot name="controls"></slot>
    <voice-hangup-button stacked ?icon-only=${iconsOnly} exportparts="button:hangup-button"></voice-hangup-button>
  </div>`;
}
