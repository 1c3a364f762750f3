import { css } from "lit";

export const card = css`
  :host {
    display: block;
    max-inline-size: var(--voice-call-width, 25rem);
    color-scheme: inherit;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  :host([theme="auto"]) {
    color-scheme: light dark;
  }
  .card {
    display: flex;
    flex-direction: column;
    gap: 1rem;
    padding: 1.25rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--voice-shadow, 0 1px 2px rgb(0 0 0 / 6%), 0 8px 24px rgb(0 0 0 / 8%));
  }
  header {
    display: grid;
    gap: 0.25rem;
  }
  .title {
    grid-area: 1 / 1;
    font-size: 1.125rem;
    font-weight: 650;
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .hint {
    color: var(--_soft);
    font-size: 0.875rem;
  }
  .alert {
    padding: 0.75rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_notice);
    color: var(--_on-notice);
    font-size: 0.875rem;
  }
  .intro {
    display: grid;
    gap: 0.75rem;
  }
  ::slotted(*) {
    margin-block: 0;
  }

  /* Equal parts, so that nothing moves when the next one becomes bold. */
  .stages {
    display: grid;
    grid-template-columns: repeat(3, minmax(min-content, 1fr));
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.8125rem;
  }
  .stages li {
    padding-block-start: 0.5rem;
    border-block-start: 4px solid var(--_line);
    color: var(--_soft);
  }
  .stages .done {
    border-color: var(--_good);
    color: var(--_text);
  }
  .stages .current {
    border-color: var(--_accent);
    color: var(--_text);
    font-weight: 650;
  }

  .warnings {
    display: grid;
    gap: 0.5rem;
  }
  .warnings:not(:has(.warning)) {
    display: none;
  }
  .warning {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    align-items: center;
    padding: 0.625rem 0.75rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_notice);
    color: var(--_on-notice);
    font-size: 0.875rem;
  }
  .warning p {
    flex: 1 1 10rem;
  }
  svg {
    flex: none;
  }

  .levels {
    display: grid;
    grid-template-columns: fit-content(40%) 1fr;
    gap: 0.625rem 0.75rem;
    align-items: center;
    font-size: 0.8125rem;
  }
  .levels > span {
    overflow-wrap: anywhere;
    color: var(--_soft);
  }

  .end {
    display: grid;
    gap: 0.5rem;
  }
  .headline {
    display: flex;
    gap: 0.5rem;
    align-items: center;
  }
  .failed .headline svg {
    color: var(--_danger);
  }
  .detail {
    color: var(--_soft);
  }
  .code {
    color: var(--_soft);
    font-size: 0.75rem;
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.25rem;
    align-items: start;
    justify-content: space-evenly;
  }
  /* What is merely shown stands back behind what matters: being muted. */
  @media (forced-colors: none) {
    button.toggle[aria-pressed="true"] .icon,
    button.toggle[aria-expanded="true"] .icon {
      border: 2px solid var(--_text);
      background: var(--_raised);
      color: var(--_text);
    }
  }
  .begin {
    display: grid;
  }
  voice-call-button::part(button) {
    inline-size: 100%;
    min-block-size: 3rem;
  }
  a {
    display: inline-flex;
    align-items: center;
    min-block-size: 44px;
    color: var(--_accent);
    font-weight: 600;
  }

  :host([layout="compact"]) {
    max-inline-size: none;
  }
  :host([layout="compact"]) .card {
    flex-flow: row wrap;
    gap: 0.5rem 0.75rem;
    align-items: center;
    padding: 0.5rem 0.75rem;
    box-shadow: none;
  }
  :host([layout="compact"]) header {
    flex: 1000 1 auto;
  }
  /* As wide as its row, where it has one of its own. */
  :host([layout="compact"]) .begin {
    flex: 1 1 auto;
  }
  :host([layout="compact"]) .bar {
    margin-inline: auto;
  }
  :host([layout="compact"]) :is(.title, .levels, .starting, voice-quality, voice-captions) {
    display: none;
  }
  :host([layout="compact"]) :is(.intro, .alert, .warnings, .end, #devices, voice-dialpad) {
    flex: 1 1 100%;
    order: 1;
  }

  :host([layout="floating"]) {
    position: fixed;
    inset-block-end: var(--voice-float-distance, 1rem);
    inset-inline-end: var(--voice-float-distance, 1rem);
    z-index: 1000;
    inline-size: min(25rem, 100% - 2 * var(--voice-float-distance, 1rem));
    pointer-events: none;
  }
  :host([layout="floating"]) .card {
    pointer-events: auto;
    max-block-size: calc(100dvh - 2 * var(--voice-float-distance, 1rem));
    overflow-y: auto;
  }
  :host([layout="floating"]) header {
    position: relative;
    grid-template-columns: 1fr auto;
    align-items: center;
  }
  :host([layout="floating"]) voice-status {
    grid-column: 1 / -1;
  }
  .fold {
    grid-area: 1 / 2;
    border: 0;
    background: none;
    color: inherit;
  }
  .card:not(.folded) .fold {
    margin-inline-end: -0.75rem;
  }
  .fold::after {
    content: "";
    position: absolute;
    inset: 0;
  }
  .fold[aria-expanded="true"] {
    background: none;
    color: inherit;
    rotate: 180deg;
  }
  .fold[aria-expanded="true"]::after {
    display: none;
  }
  .folded {
    gap: 0.5rem;
    padding: 0.5rem;
    padding-inline-start: 1.25rem;
    margin-inline-start: auto;
    inline-size: fit-content;
  }
  .folded voice-status {
    margin-inline-end: 0.75rem;
  }
  .folded > :not(header, .bar, .warnings) {
    display: none;
  }
  @media (forced-colors: active) {
    .alert,
    .warning {
      border: 1px solid CanvasText;
    }
    .stages .current {
      border-color: Highlight;
    }
    .stages .next {
      border-block-start-style: dotted;
    }
    .failed .headline svg {
      color: CanvasText;
    }
  }
`;
