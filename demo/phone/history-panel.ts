import { html, render } from "lit";
import type { Client, HistoryEntry } from "voicebridge";
import { programs } from "./directory-panel.ts";
import { nameOfPerson } from "./names.ts";

export interface HistoryOptions {
  readonly client: Client;
  readonly callPerson: (id: string) => void;
}

const clock = new Intl.DateTimeFormat("en", { timeStyle: "short" });

/** Calls that are over, the newest first; those that were missed can be called back. */
export class HistoryPanel {
  readonly #place: HTMLElement;
  readonly #options: HistoryOptions;

  constructor(place: HTMLElement, options: HistoryOptions) {
    this.#place = place;
    this.#options = options;
  }

  render(): void {
    const { client, callPerson } = this.#options;
    const entries = client.history.map((entry) => {
      const program = programs.find(({ src }) => entry.party.id.endsWith(src));
      const name = program?.name ?? nameOfPerson(entry.party, client);
      const back = html`<button type="button" aria-label="Call back: ${name}" @click=${() => callPerson(entry.party.id)}>Call back</button>`;
      return html`<li class=${entry.missed ? "missed" : ""}>
        <span class="entry"><strong dir="auto">${name}</strong> <small>${describe(entry)}</small></span>
        ${program || entry.direction === "outgoing" ? "" : back}
      </li>`;
    });
    render(
      entries.length > 0 ? html`<ul class="entries">${entries}</ul>` : html`<p class="empty">No calls yet.</p>`,
      this.#place,
    );
  }
}

function describe({ direction, startedAt, connectedAt, endedAt, missed, reason }: HistoryEntry): string {
  const at = clock.format(startedAt);
  if (missed) return `Missed call, ${at}`;
  const way = direction === "incoming" ? "Incoming" : "Outgoing";
  if (connectedAt === undefined) return `${way}, ${at}: ${reason}`;
  return `${way}, ${at}, ${Math.round((endedAt - connectedAt) / 1000)} s`;
}
