import { svg, type TemplateResult } from "lit";

/** One 24 × 24 drawing, stroked in the text colour; never read out, the label beside it is. */
const icon = (content: TemplateResult): TemplateResult =>
  svg`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`;

const handset = svg`<path d="M7 3.5H4.6c-.7 0-1.2.6-1.1 1.3a18 18 0 0 0 15.7 15.7c.7.1 1.3-.4 1.3-1.1V17a1.2 1.2 0 0 0-.9-1.2l-3-.8a1.2 1.2 0 0 0-1.2.4l-1 1.2a14 14 0 0 1-6.1-6.1l1.3-1c.4-.3.5-.8.4-1.2l-.8-3A1.2 1.2 0 0 0 8 3.5Z"/>`;
const microphone = svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`;

export const callIcon = icon(handset);
export const hangupIcon = icon(
  svg`<path d="M12 8.5c-4 0-7.4 1.3-9.2 3.4-.5.5-.4 1.3 0 1.9l1 1.6c.4.5 1 .7 1.6.5l2.7-.9c.5-.2.9-.6.9-1.2v-1.5a10 10 0 0 1 6 0v1.5c0 .6.4 1 .9 1.2l2.7.9c.6.2 1.2 0 1.6-.5l1-1.6c.4-.6.5-1.4 0-1.9-1.8-2.1-5.2-3.4-9.2-3.4Z"/>`,
);
export const microphoneIcon = icon(microphone);
export const mutedIcon = icon(svg`${microphone}<path d="m4 3.5 16 17"/>`);
export const keypadIcon = icon(
  svg`<g fill="currentColor" stroke="none"><circle cx="6" cy="5" r="1.7"/><circle cx="12" cy="5" r="1.7"/><circle cx="18" cy="5" r="1.7"/><circle cx="6" cy="11" r="1.7"/><circle cx="12" cy="11" r="1.7"/><circle cx="18" cy="11" r="1.7"/><circle cx="6" cy="17" r="1.7"/><circle cx="12" cy="17" r="1.7"/><circle cx="18" cy="17" r="1.7"/><circle cx="12" cy="22" r="1.7"/></g>`,
);
export const devicesIcon = icon(
  svg`<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.500"/><circle cx="8" cy="17" r="2.500"/>`,
);
export const foldIcon = icon(svg`<path d="m6 15 6-6 6 6"/>`);
export const captionsIcon = icon(
  svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="M7 11h4M14 11h3M7 15h2.5M12.500 15H17"/>`,
);
export const warningIcon = icon(svg`<path d="M12 4 2.800 19.500h18.400ZM12 10v4.500M12 17.200v.1"/>`);
