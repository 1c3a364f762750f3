import { css } from "lit";

export const styles = css`
  :host {
    display: block;
  }
  .calls {
    display: grid;
    gap: 0.75rem;
  }
  .dialog {
    display: grid;
    gap: 1rem;
    max-inline-size: var(--voice-incoming-width, 25rem);
    padding: 1.25rem;
    border: 2px solid var(--_accent);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--voice-shadow, 0 12px 40px rgb(10 20 40 / 22%));
  }
  .who {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.1rem 0.9rem;
    align-items: center;
  }
  p {
    margin: 0;
  }
  .bell {
    grid-row: 1 / 3;
    display: grid;
    place-items: center;
    inline-size: 3rem;
    block-size: 3rem;
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_on-accent);
    animation: ring 1.2s ease-in-out infinite;
  }
  @keyframes ring {
    0%,
    50%,
    100% {
      transform: rotate(0);
    }
    10%,
    30% {
      transform: rotate(14deg);
    }
    20%,
    40% {
      transform: rotate(-14deg);
    }
  }
  .kind,
  .left {
    color: var(--_soft);
    font-size: 0.875rem;
  }
  .name {
    font-size: 1.25rem;
    font-weight: 700;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  .left {
    font-variant-numeric: tabular-nums;
  }
  progress {
    appearance: none;
    display: block;
    inline-size: 100%;
    block-size: 4px;
    margin-block-start: 0.35rem;
    border: 0;
    border-radius: 2px;
    overflow: hidden;
    background: var(--_line);
  }
  progress::-webkit-progress-bar {
    background: var(--_line);
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
  .blocked {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.75rem;
    align-items: center;
    padding: 0.6rem 0.75rem;
    border-radius: 0.6rem;
    background: var(--_notice);
    color: var(--_on-notice);
    font-size: 0.875rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
  }
  .actions button {
    flex: 1 1 auto;
  }
  .actions svg {
    flex: none;
    inline-size: 1.25em;
    block-size: 1.25em;
  }
  @media (forced-colors: active) {
    .dialog {
      border-color: Highlight;
    }
    .bell {
      border: 1px solid CanvasText;
    }
    progress {
      forced-color-adjust: none;
      border: 1px solid CanvasText;
      block-size: 8px;
      background: Canvas;
    }
    progress::-webkit-progress-bar {
      background: Canvas;
    }
    progress::-webkit-progress-value {
      background: Highlight;
    }
  }
`;
