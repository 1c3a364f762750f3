import { css } from "lit";

export const styles = css`
  :host {
    display: block;
    font-size: 0.875rem;
  }
  .replay {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    padding: 1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .over {
    outline: 3px dashed var(--_accent);
    outline-offset: -6px;
  }
  .open {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.75rem;
    align-items: center;
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .hint {
    flex: 1 1 12rem;
    color: var(--_soft);
    font-size: 0.8125rem;
  }
  .problem {
    padding: 0.625rem 0.75rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_notice);
    color: var(--_on-notice);
  }
  .heading {
    font-weight: 650;
  }
  .when {
    direction: ltr;
    display: flex;
    gap: 0.75rem;
    align-items: center;
  }
  .when output {
    font-variant-numeric: tabular-nums;
    font-weight: 650;
  }
  input[type="range"] {
    inline-size: 100%;
    min-block-size: 44px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .steps {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .steps button {
    flex: 1 1 auto;
  }
  .plots {
    --_plot-height: 3rem;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  .cursor {
    stroke: var(--_text);
    stroke-width: 2;
  }
  .span {
    stroke: var(--_surface);
    stroke-width: 1;
    fill: var(--_soft);
  }
  .span.good {
    fill: var(--_good);
  }
  .span.held {
    fill: var(--_accent);
  }
  .span.bad {
    fill: var(--_danger);
  }
  dl {
    grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr));
    column-gap: 1.5rem;
  }
  ol {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    max-block-size: 16rem;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    border-block: 1px solid var(--_line);
    list-style: none;
  }
  li button {
    display: grid;
    grid-template-columns: 4.5rem 6rem minmax(0, 1fr);
    gap: 0.5rem;
    justify-items: start;
    inline-size: 100%;
    padding: 0.25rem 0.5rem;
    border: 0;
    border-inline-start: 4px solid transparent;
    border-radius: 0;
    background: none;
    font-weight: 400;
    text-align: start;
  }
  li button span {
    overflow-wrap: anywhere;
  }
  li time {
    direction: ltr;
    font-variant-numeric: tabular-nums;
  }
  li .kind {
    color: var(--_soft);
  }
  li button[aria-current] {
    background: var(--_raised);
    border-inline-start-color: var(--_accent);
    font-weight: 650;
  }
  li button:focus-visible {
    outline-offset: -3px;
  }
  pre {
    margin: 0;
    padding: 0.5rem 0.75rem;
    max-block-size: 12rem;
    overflow: auto;
    direction: ltr;
    border-radius: calc(var(--_radius) * 0.5);
    background: var(--_raised);
    font-size: 0.75rem;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  audio {
    inline-size: 100%;
  }
  @media (max-width: 22.5rem) {
    li button {
      grid-template-columns: 4rem minmax(0, 1fr);
    }
    li button > :last-child {
      grid-column: 2;
    }
  }
  @media (forced-colors: active) {
    .problem,
    pre {
      border: 1px solid CanvasText;
    }
    .span,
    .span:is(.good, .held, .bad) {
      stroke: CanvasText;
      fill: Canvas;
    }
    .span.good {
      fill: Highlight;
    }
    .span.bad {
      fill: CanvasText;
    }
    .cursor {
      stroke: CanvasText;
    }
    li button[aria-current] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    li button[aria-current] .kind {
      color: inherit;
    }
  }
`;
