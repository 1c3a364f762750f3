import { css, html, nothing, svg, type TemplateResult } from "lit";
import type { CallQualityEvent } from "../../call/call-events.ts";
import type { QualityGrade } from "../../call/quality.ts";
import type { CallQuality } from "../../call/quality-meter.ts";
import { figure, figureStyles, stageFigures } from "../figure-list.ts";
import { plotStyles } from "../plot.ts";
import type { PanelInside, PanelTools } from "../voice-panel.ts";
import { download, flightName } from "./download.ts";
import { QualityHistory } from "./quality-history.ts";
import { delayPlot, qualityPlots } from "./quality-plots.ts";
import type { VoiceQuality } from "./voice-quality.ts";

export { panelBook } from "../messages/panel-book.ts";

export const styles = css`
  ${plotStyles}
  ${figureStyles}
  :host {
    font-size: 0.8125rem;
  }
  .quality {
    display: grid;
    gap: 0.75rem;
  }
  .summary {
    --_grade: var(--_good);
    display: flex;
    gap: 0.5rem;
    align-items: center;
    font-size: 0.875rem;
  }
  .summary.bad,
  .summary.poor {
    --_grade: var(--_danger);
  }
  summary {
    min-block-size: 44px;
    border-radius: 0.5rem;
    list-style: none;
    cursor: pointer;
  }
  summary .summary {
    min-block-size: 44px;
  }
  abbr {
    text-decoration: none;
  }
  .bars {
    flex: none;
    inline-size: 1.25rem;
    block-size: 1rem;
    stroke: none;
    fill: var(--_line);
  }
  .bars .on {
    fill: var(--_grade);
  }
  .mos {
    margin-inline-start: auto;
    color: var(--_soft);
    font-variant-numeric: tabular-nums;
  }
  .plots {
    --_plot-height: 2.5rem;
    display: grid;
    gap: 0.75rem;
  }
  .total {
    padding-block-start: 0.25rem;
    border-block-start: 1px solid var(--_line);
  }
  .total dt {
    color: inherit;
  }
  p {
    margin: 0;
    font-size: 0.8125rem;
    font-weight: 600;
  }
  .flight {
    display: grid;
    gap: 0.375rem;
    justify-items: start;
    color: var(--_soft);
    font-size: 0.75rem;
  }
  .flight button {
    font-size: 0.8125rem;
  }
  @media (forced-colors: active) {
    .bars {
      fill: Canvas;
      stroke: CanvasText;
      stroke-width: 0.75;
    }
    .bars .on {
      fill: CanvasText;
      stroke: none;
    }
  }
`;

const barsOf: Readonly<Record<QualityGrade, number>> = { good: 4, fair: 3, poor: 2, bad: 1 };

export function create(tools: PanelTools<VoiceQuality>): PanelInside {
  return new QualityPanel(tools);
}

class QualityPanel implements PanelInside {
  readonly #tools: PanelTools<VoiceQuality>;
  readonly #history = new QualityHistory();
  #quality: CallQuality | undefined;

  constructor(tools: PanelTools<VoiceQuality>) {
    this.#tools = tools;
  }

  callChanged(): void {
    this.#quality = undefined;
    this.#history.clear();
  }

  callEvent(event: Event): void {
    if (event.type !== "quality") return;
    const { quality } = event as CallQualityEvent;
    this.#quality = quality;
    this.#history.add({ ...quality, atMs: performance.now() });
  }

  render(): TemplateResult {
    const { host, call } = this.#tools;
    const quality = this.#quality;
    const details = host.compact
      ? nothing
      : html`${quality ? this.#details(quality) : nothing} ${call?.hasFlightRecord ? this.#flight() : nothing}`;
    return host.foldable && !host.compact
      ? html`<details>
          <summary>${this.#summary(quality)}</summary>
          <div class="quality">${details}</div>
        </details>`
      : html`<div class="quality">${this.#summary(quality)} ${details}</div>`;
  }

  #summary(quality: CallQuality | undefined): TemplateResult {
    const { words } = this.#tools;
    const lit = quality ? barsOf[quality.grade] : 0;
    return html`<span part="summary" class="summary ${quality?.grade ?? ""}">
      <svg part="bars" class="bars" viewBox="0 0 20 16" aria-hidden="true">
        ${[0, 1, 2, 3].map(
          (bar) =>
            svg`<rect x=${bar * 5} y=${12 - bar * 4} width="4" height=${4 + bar * 4} rx="1" class=${bar < lit ? "on" : ""}/>`,
        )}
      </svg>
      <span>${words.quality}: ${quality ? words[quality.grade] : words.notMeasured}</span>
      ${quality ? html`<span class="mos"><abbr title=${words.mos}>MOS</abbr> ${this.#number(quality.mos, 1)}</span>` : nothing}
    </span>`;
  }

  #details({ stages, delayMs, concealedPct, driftPpm }: CallQuality): TemplateResult {
    const { words } = this.#tools;
    const { points } = this.#history;
    const number = this.#number.bind(this);
    const ms = (value: number | undefined) => (value === undefined ? undefined : `${number(value)} ms`);
    return html`
      <p>${words.delay}</p>
      <dl part="stages">
        ${stageFigures(stages, words, ms)} ${figure(words.stageTotal, ms(delayMs), "total")}
      </dl>
      ${delayPlot(points, words, number)}
      <dl>
        ${figure(words.concealed, `${number(concealedPct, 1)} %`)}
        ${figure(words.drift, driftPpm === undefined ? undefined : `${number(driftPpm)} ppm`)}
      </dl>
      ${qualityPlots(points, words, number)}
    `;
  }

  #flight(): TemplateResult {
    const { words } = this.#tools;
    return html`<div class="flight">
      <button part="save" type="button" aria-describedby="flight-hint" @click=${this.#save}>${words.flightSave}</button>
      <span id="flight-hint">${words.flightHint}</span>
    </div>`;
  }

  readonly #save = (): void => {
    const { ask, call } = this.#tools;
    const saved = ask("voice-flight-record-request", null, async () => {
      if (call) download(await call.flightRecord(), flightName(new Date()));
    });
    saved.catch(() => undefined); // told by a `voice-error`
  };

  #number(value: number, digits = 0): string {
    return new Intl.NumberFormat(this.#tools.locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }
}
