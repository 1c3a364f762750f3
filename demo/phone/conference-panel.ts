import { html, nothing, render, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { type Client, Conference, type OwnerPlace, type Participant } from "voicebridge";
import { assets } from "../site/assets.ts";
import { nameOfCall } from "./names.ts";

export interface ConferencePanelOptions {
  readonly client: Client;
  readonly attempt: (act: () => unknown) => void;
  readonly changed: () => void;
}

/** The conference of this page: all its calls, mixed here. */
export class ConferencePanel {
  readonly #place: HTMLElement;
  readonly #options: ConferencePanelOptions;
  #conference: Conference | undefined;

  constructor(place: HTMLElement, options: ConferencePanelOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** Every call that is on joins, people and programs alike. From a click. */
  async merge(): Promise<void> {
    const conference = this.#conference ?? this.#begin();
    for (const call of this.#options.client.calls) {
      if (!call.bridged && (call.state === "active" || call.state === "held")) await conference.join(call);
    }
  }

  render(): void {
    const conference = this.#conference;
    render(conference ? this.#panel(conference) : nothing, this.#place);
  }

  #begin(): Conference {
    const conference = new Conference(assets && { assets });
    this.#conference = conference;
    const { changed } = this.#options;
    for (const type of ["join", "change", "activespeaker"] as const) conference.addEventListener(type, changed);
    conference.addEventListener("leave", () => {
      // Nobody is left to talk to.
      if (conference.participants.every(({ call }) => call === undefined)) void conference.end();
      changed();
    });
    conference.addEventListener("ended", () => {
      if (this.#conference === conference) this.#conference = undefined;
      changed();
    });
    return conference;
  }

  #panel(conference: Conference): TemplateResult {
    const { attempt } = this.#options;
    const everybodyMuted = conference.participants.every(({ call, muted }) => muted || !call);
    const place = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      attempt(() => conference.setOwner(value as OwnerPlace));
    };
    return html`<section class="card" aria-labelledby="conference-title">
      <h2 id="conference-title">Conference</h2>
      <ul class="lines" aria-label="Participants">
        ${repeat(
          conference.participants,
          ({ id }) => id,
          (participant) => this.#participant(conference, participant),
        )}
      </ul>
      <div class="buttons">
        <button type="button" aria-pressed=${everybodyMuted} @click=${() => attempt(() => (everybodyMuted ? conference.unmuteAll() : conference.muteAll()))}>
          Mute all others
        </button>
        <button type="button" aria-pressed=${conference.locked} @click=${() => attempt(() => (conference.locked ? conference.unlock() : conference.lock()))}>
          Lock
        </button>
        <button type="button" @click=${() => attempt(() => conference.end({ keepCalls: true }))}>Take apart</button>
        <button type="button" @click=${() => attempt(() => conference.end())}>End for all</button>
      </div>
      <label
        >My place in it
        <select @change=${place}>
          ${[
            ["talk", "Talk and listen"],
            ["listen", "Listen only"],
            ["away", "Not there: the others are bridged"],
          ].map(
            ([value, label]) => html`<option value=${value} ?selected=${conference.owner === value}>${label}</option>`,
          )}
        </select></label
      >
    </section>`;
  }

  #participant(conference: Conference, participant: Participant): TemplateResult {
    const { attempt, client } = this.#options;
    const { call, muted, speaking } = participant;
    const name = call ? nameOfCall(call, client) : "You";
    const toggle = () => attempt(() => (muted ? conference.unmute(participant) : conference.mute(participant)));
    return html`<li>
      <span class="entry"><strong dir="auto">${name}</strong> <small>${muted ? "Muted" : speaking ? "Speaks" : ""}</small></span>
      <span class="buttons">
        <button type="button" aria-pressed=${muted} aria-label="Mute: ${name}" @click=${toggle}>Mute</button>
        ${
          call
            ? html`<button type="button" aria-label="Talk alone: ${name}" @click=${() => attempt(() => conference.leave(participant))}>Talk alone</button>
                <button type="button" aria-label="Remove: ${name}" @click=${() => attempt(() => conference.kick(participant))}>Remove</button>`
            : nothing
        }
      </span>
    </li>`;
  }
}
