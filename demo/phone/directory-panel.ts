import { html, render } from "lit";
import type { Client } from "voicebridge";
import { find } from "./find.ts";

/** One of the demo agents. */
export interface Program {
  readonly name: string;
  readonly about: string;
  readonly src: string;
}

export const programs: readonly Program[] = [
  { name: "Talker", about: "Speaks, listens, can be interrupted.", src: "/rtvbp/talker" },
  { name: "Phone menu", about: "Press keys: opening hours, a message, a transfer.", src: "/rtvbp/ivr" },
  { name: "Echo", about: "Says what you say.", src: "/rtvbp/echo" },
];

export interface DirectoryOptions {
  readonly client: Client;
  readonly callPerson: (id: string) => void;
  readonly callProgram: (program: Program) => void;
}

const statuses: Readonly<Record<string, string>> = {
  available: "Available",
  busy: "Busy",
  "do-not-disturb": "Does not want to be disturbed",
  away: "Away",
};

/** Who is there to be called, people and programs. */
export class DirectoryPanel {
  readonly #options: DirectoryOptions;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  render(): void {
    const { client, callPerson, callProgram } = this.#options;
    // What was known before the hub went away may not hold any more.
    const known = client.state === "online" ? [...client.presence] : [];
    const people = known.filter(([id]) => id !== client.id).sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = people.map(([id, { status, displayName }]) => {
      const name = displayName || id;
      return html`<li>
        <span class="dot ${status}" aria-hidden="true"></span>
        <span class="entry"><strong dir="auto">${name}</strong> <small>${name === id ? "" : `${id} · `}${statuses[status] ?? status}</small></span>
        <button type="button" aria-label="Call ${name}" @click=${() => callPerson(id)}>Call</button>
      </li>`;
    });
    const nobody =
      client.state === "online"
        ? html`<p class="empty">Nobody else is here. <a href=${location.pathname} target="_blank" rel="noopener">Open a second phone</a></p>`
        : html`<p class="empty">Who is here is known when the phone is connected.</p>`;
    render(people.length > 0 ? html`<ul class="entries">${entries}</ul>` : nobody, find("#people"));
    render(
      html`<ul class="entries">
        ${programs.map(
          (program) => html`<li>
            <span class="entry"><strong>${program.name}</strong> <small>${program.about}</small></span>
            <button type="button" aria-label="Call ${program.name}" @click=${() => callProgram(program)}>Call</button>
          </li>`,
        )}
      </ul>`,
      find("#programs"),
    );
  }
}
