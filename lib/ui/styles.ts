import { css } from "lit";

/**
 * Colours and type shared by every element. Light or dark follows the page's `color-scheme`. Public names are
 * `--voice-*`; `--_*` are private.
 */
export const theme = css`
  :host {
    --_accent: var(--voice-accent, light-dark(#1d4ed8, #93b4ff));
    --_on-accent: var(--voice-on-accent, light-dark(#fff, #0b1530));
    --_danger: var(--voice-danger, light-dark(#c81e2c, #ff8f8a));
    --_on-danger: var(--voice-on-danger, light-dark(#fff, #2b0505));
    --_good: var(--voice-good, light-dark(#0f7a4d, #4ade9c));
    --_notice: var(--voice-notice, light-dark(#fff4d6, #3a2e0a));
    --_on-notice: var(--voice-on-notice, light-dark(#553c00, #ffe29a));
    --_surface: var(--voice-surface, light-dark(#fff, #151b26));
    --_raised: var(--voice-raised, light-dark(#f1f4f9, #222b3a));
    --_text: var(--voice-text, light-dark(#141a24, #eef2f8));
    --_soft: var(--voice-soft-text, light-dark(#50596a, #aab4c5));
    --_line: var(--voice-line, light-dark(#d5dbe6, #364154));
    --_radius: var(--voice-radius, 1rem);
    box-sizing: border-box;
    color: var(--_text);
    font-family: var(--voice-font, system-ui, sans-serif);
    line-height: 1.45;
  }
  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 3px solid var(--voice-focus, var(--_accent));
    outline-offset: 2px;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
    border: 0;
  }
  svg {
    display: block;
    inline-size: 1.5em;
    block-size: 1.5em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
    }
  }
`;

/** A real button, at least 44 px each way. `stacked`: a round icon with its label beneath. */
export const buttons = css`
  button {
    appearance: none;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.55em;
    min-inline-size: 44px;
    min-block-size: 44px;
    margin: 0;
    padding: 0.5em 1.1em;
    border: 1px solid var(--_line);
    border-radius: 999px;
    background: var(--_raised);
    color: var(--_text);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
    transition: background-color 0.15s, filter 0.15s;
  }
  button:hover {
    filter: brightness(0.96);
  }
  button:active {
    filter: brightness(0.88);
  }
  button[aria-pressed="true"],
  button[aria-expanded="true"] {
    border-color: var(--_text);
    background: var(--_text);
    color: var(--_surface);
  }
  button:disabled,
  button[aria-disabled="true"] {
    opacity: 0.5;
    filter: none;
    cursor: not-allowed;
  }
  button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  button.danger {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-danger);
  }
  button.stacked {
    flex-direction: column;
    gap: 0.3rem;
    min-inline-size: 3rem;
    padding: 0;
    border: 0;
    border-radius: 0.75rem;
    background: none;
    color: var(--_text);
    font-size: 0.75rem;
    font-weight: 500;
  }
  button.stacked .icon {
    display: grid;
    place-items: center;
    inline-size: 3rem;
    block-size: 3rem;
    border: 1px solid var(--_line);
    border-radius: 50%;
    background: var(--_raised);
    font-size: 1rem;
  }
  button.stacked[aria-pressed="true"] .icon,
  button.stacked[aria-expanded="true"] .icon {
    border-color: var(--_text);
    background: var(--_text);
    color: var(--_surface);
  }
  button.stacked.danger .icon {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-danger);
  }
  button.icon-only .label {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button.icon-only:not(.stacked) {
    padding: 0.5em;
  }
  @media (forced-colors: active) {
    button,
    button.primary,
    button.danger,
    button.stacked .icon {
      border: 1px solid ButtonText;
    }
    button.stacked {
      border: 0;
    }
    button[aria-pressed="true"]:not(.stacked),
    button[aria-expanded="true"]:not(.stacked, .fold),
    button.stacked[aria-pressed="true"] .icon,
    button.stacked[aria-expanded="true"] .icon {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
    }
    button:disabled,
    button[aria-disabled="true"] {
      color: GrayText;
      opacity: 1;
    }
    button.stacked:is(:disabled, [aria-disabled="true"]) .icon {
      border-color: GrayText;
      color: GrayText;
    }
  }
`;
