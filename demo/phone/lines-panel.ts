import { html, nothing, render, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Call, CallState, Client } from "voicebridge";
import { nameOfCall } from "./names.ts";

export interface LinesOptions {
  readonly client: Client;
  readonly attempt: (act: () => unknown) => void;
  readonly show: (call: Call) => void;
  readonly shown: () => Call | undefined;
  readonly merge: () => void;
}

const states: Partial<Readonly<Record<CallState, string>>> = {
  initiating: "Starting…",
  ringing: "Ringing…",
  queued: "Waiting in a queue…",
  connecting: "Connecting…",
  active: "Talking",
  held: "On hold",
  reconnecting: "Reconnecting…",
  transferring: "Being transferred…",
  terminating: "Ending…",
};

/** Every call that is on, with what can be done with it beside talking. */
export class LinesPanel {
  readonly #place: HTMLElement;
  readonly #options: LinesOptions;

  constructor(place: HTMLElement, options: LinesOptions) {
    this.#place = place;
    this.#options = options;
  }

  render(): void {
    const { calls } = this.#options.client;
    const mergeable = calls.filter((call) => isOn(call) && !call.bridged);
    const merge = html`<button type="button" @click=${this.#options.merge}>Join all in a conference</button>`;
    render(
      calls.length === 0
        ? nothing
        : html`<div class="card">
            <ul class="lines" aria-label="Calls that are on">
              ${repeat(
                calls,
                ({ id }) => id,
                (call) => this.#line(call),
              )}
            </ul>
            ${mergeable.length > 1 || (mergeable.length > 0 && calls.length > 1) ? merge : nothing}
          </div>`,
      this.#place,
    );
  }

  #line(call: Call): TemplateResult {
    const { attempt, show, shown } = this.#options;
    const name = nameOfCall(call, this.#options.client);
    const button = (label: string, act: () => unknown) =>
      html`<button type="button" aria-label="${label}: ${name}" @click=${() => attempt(act)}>${label}</button>`;
    const current = shown() === call;
    return html`<li aria-current=${current ? "true" : nothing}>
      <span class="entry"><strong dir="auto">${name}</strong> <small>${this.#state(call)}</small></span>
      <span class="buttons">
        ${current ? nothing : button("Show", () => show(call))}
        ${isOn(call) && !call.bridged ? this.#holdButton(call, button) : nothing}
        ${button("Hang up", () => call.hangUp())}
      </span>
      ${isOn(call) && call.party ? this.#transfer(call, name) : nothing}
    </li>`;
  }

  #holdButton(call: Call, button: (label: string, act: () => unknown) => TemplateResult): TemplateResult {
    return call.held.here ? button("Resume", () => call.resume()) : button("Hold", () => call.hold());
  }

  #state(call: Call): string {
    if (call.bridged) return "In the conference";
    if (call.state !== "held") return states[call.state] ?? call.state;
    if (call.held.here && call.held.there) return "On hold, on both sides";
    return call.held.here ? "On hold" : "On hold by the other side";
  }

  /** To somebody who is there, or to whom another call is with: then those two are connected. */
  #transfer(call: Call, name: string): TemplateResult {
    const { client, attempt } = this.#options;
    const others = client.calls.filter((other) => other !== call && other.party && isOn(other));
    const people = [...client.presence.keys()].filter((id) => id !== call.party?.id && id !== client.id);
    if (people.length === 0 && others.length === 0) return html``;
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const [kind, id = ""] = String(new FormData(event.target as HTMLFormElement).get("to")).split(/ (.*)/s);
      const attended = kind === "call" ? client.find(id) : undefined;
      attempt(() => call.transfer(attended?.party?.id ?? id, attended ? { attended } : {}));
    };
    return html`<form class="transfer" @submit=${submit}>
      <label
        ><span class="unseen">Transfer ${name}</span>
        <select name="to">
          ${repeat(
            others,
            ({ id }) => id,
            (other) => html`<option value="call ${other.id}">${nameOfCall(other, client)}, whom you talk to</option>`,
          )}
          ${repeat(
            people, // who is chosen stays chosen, whoever comes and goes
            (id) => id,
            (id) => html`<option value="person ${id}">${client.presence.get(id)?.displayName || id}</option>`,
          )}
        </select></label
      >
      <button type="submit" aria-label="Transfer: ${name}">Transfer</button>
    </form>`;
  }
}

const isOn = (call: Call): boolean => call.state === "active" || call.state === "held";
