import { html, nothing, type TemplateResult } from "lit";
import type { FlightRecord, flightAt } from "../../call/flight-record.ts";
import { figure, stageFigures } from "../figure-list.ts";
import { formatPosition, kindWords, type ReplayWords, stateWord } from "./replay-words.ts";

/** Of the events, so many are listed before and after the moment that is shown. */
const LISTED = 40;

type FormatNumber = (value: number, digits?: number) => string;

/** What was the case at one moment of a call. */
export function momentFigures(
  { state, level, quality }: ReturnType<typeof flightAt>,
  words: ReplayWords,
  number: FormatNumber,
): TemplateResult {
  const percent = (peak: number | undefined) => (peak === undefined ? undefined : `${number(peak * 100)} %`);
  const ms = (value: number | undefined) => (value === undefined ? undefined : `${number(value)} ms`);
  return html`<div part="moment">
    <p class="heading">${words.replayMoment}</p>
    <dl>
      ${figure(words.replayState, stateWord(words, state))} ${figure(words.inputLevel, percent(level?.input))}
      ${figure(words.outputLevel, percent(level?.output))} ${figure(words.mos, quality && number(quality.mos, 1))}
      ${figure(words.delay, ms(quality?.delayMs))} ${stageFigures(quality?.stages, words, ms)}
      ${figure(words.concealed, quality && `${number(quality.concealedPct, 1)} %`)}
      ${figure(words.drift, quality?.driftPpm === undefined ? undefined : `${number(quality.driftPpm)} ppm`)}
    </dl>
  </div>`;
}

/** The events around the one numbered `current`, and the whole of that one. */
export function eventList(
  { events }: FlightRecord,
  current: number,
  words: ReplayWords,
  go: (atMs: number) => void,
): TemplateResult {
  const from = Math.max(0, current - LISTED);
  const detail = events[current]?.detail;
  return html`<div>
    <p class="heading" id="events">${words.replayEvents}</p>
    ${events.length === 0 ? html`<p>${words.replayNoEvent}</p>` : nothing}
    <ol part="events" aria-labelledby="events">
      ${events.slice(from, current + 1 + LISTED).map(
        ({ atMs, kind, name }, index) => html`<li>
          <button type="button" aria-current=${from + index === current ? "true" : nothing} @click=${() => go(atMs)}>
            <time>${formatPosition(atMs)}</time><span class="kind">${words[kindWords[kind]]}</span
            ><span dir="auto">${kind === "state" ? stateWord(words, name) : name}</span>
          </button>
        </li>`,
      )}
    </ol>
    ${detail ? html`<pre part="detail" tabindex="0" aria-label=${events[current]?.name ?? ""} role="group">${detail}</pre>` : nothing}
  </div>`;
}
