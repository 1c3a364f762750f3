import { css, html, nothing, type TemplateResult } from "lit";
import type { CallQuality } from "../call/quality-meter.ts";
import type { PanelMessages } from "./messages/panel-messages.ts";
import { stageNames } from "./plot.ts";

/** One line of a `<dl>` of figures: what it is, and how much. */
export function figure(label: unknown, value: string | undefined, kind?: string): TemplateResult {
  return html`<div class=${kind ?? nothing}><dt>${label}</dt><dd>${value ?? "–"}</dd></div>`;
}

/** Where the milliseconds go, from the mouth to the ear; each line has the colour of its area in the drawing. */
export function stageFigures(
  stages: CallQuality["stages"] | undefined,
  words: PanelMessages,
  format: (ms: number | undefined) => string | undefined,
): TemplateResult[] {
  const labels = [words.stageCapture, words.stageNetwork, words.stageBuffer, words.stageOutput];
  return stageNames.map((name, index) =>
    figure(html`<i class="swatch stage-${index}"></i>${labels[index]}`, format(stages?.[name])),
  );
}

export const figureStyles = css`
  dl {
    display: grid;
    gap: 0.25rem;
    margin: 0;
  }
  dl div {
    display: flex;
    gap: 0.5rem;
    justify-content: space-between;
  }
  dt {
    color: var(--_soft);
  }
  /* A number stands before its unit in every direction of writing. */
  dd {
    margin: 0;
    text-align: end;
    white-space: nowrap;
    unicode-bidi: plaintext;
    font-variant-numeric: tabular-nums;
  }
`;
