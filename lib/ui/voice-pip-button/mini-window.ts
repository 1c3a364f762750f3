import type { CSSResultOrNative, LitElement } from "lit";
import type { VoiceRequestMap } from "../events.ts";
import type { VoiceElement } from "../voice-element.ts";

/** https://wicg.github.io/document-picture-in-picture/ */
interface DocumentPictureInPicture {
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window & typeof globalThis>;
}

/** Undefined where the browser has none, and in frames, which may not open one. */
export const pictureInPicture = (): DocumentPictureInPicture | undefined =>
  globalThis.top === globalThis.self
    ? (globalThis as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture
    : undefined;

const size = { width: 320, height: 200 };

/** Custom properties of the page that the window takes over. */
const looks = [
  ...["accent", "on-accent", "danger", "on-danger", "good", "surface", "raised", "text", "soft-text", "line"],
  ...["radius", "focus", "font"],
].map((name) => `--voice-${name}`);

const sheetText = `
  body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    align-content: center;
    box-sizing: border-box;
    min-block-size: 100vh;
    margin: 0;
    padding: 0.75rem 1rem;
    background: var(--voice-surface, light-dark(#fff, #151b26));
    color: var(--voice-text, light-dark(#141a24, #eef2f8));
    font-family: var(--voice-font, system-ui, sans-serif);
  }
  .buttons {
    display: flex;
    gap: 1.5rem;
    justify-content: center;
  }`;

/** What a person asks for in the window, and what went wrong there. */
const told = [
  ...(["voice-mute-request", "voice-hangup-request"] as const satisfies (keyof VoiceRequestMap)[]),
  "voice-error",
] as const;

export interface MiniWindow {
  readonly parts: readonly VoiceElement[];
  close(): void;
}

/**
 * Opens a small window that stays on top, with `rows` of elements in it, which must be connected and rendered in the page; call it from a click. What they dispatch is dispatched
 * at `host`, too. `closed` is called once, whoever closed it; until then the elements are the window's. Rejects where the browser refuses.
 */
export async function openMiniWindow(
  host: HTMLElement,
  rows: readonly (readonly VoiceElement[])[],
  closed: () => void,
): Promise<MiniWindow> {
  const pip = pictureInPicture();
  if (!pip) throw new Error("This browser has no picture-in-picture windows for documents.");
  const opened = await pip.requestWindow(size);
  const { document } = opened;
  document.title = host.ownerDocument.title;
  document.documentElement.lang = host.closest("[lang]")?.getAttribute("lang") ?? "";
  dress(opened, host);
  const parts = rows.flat();
  for (const row of rows) {
    const line = document.createElement("div");
    line.className = row.length > 1 ? "buttons" : "";
    for (const part of row) {
      part.remove(); // so that it leaves its page before it gets another
      line.append(part);
      adoptStyles(part, opened);
    }
    document.body.append(line);
  }
  for (const type of told) document.addEventListener(type, (event) => passOn(event as CustomEvent, host));
  opened.addEventListener("pagehide", closed, { once: true });
  return { parts, close: () => opened.close() };
}

function dress({ document, CSSStyleSheet }: Window & typeof globalThis, host: HTMLElement): void {
  const style = getComputedStyle(host);
  const taken = looks
    .map((name) => [name, style.getPropertyValue(name)] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value};`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root { color-scheme: ${style.colorScheme}; ${taken.join(" ")} } ${sheetText}`);
  document.adoptedStyleSheets = [sheet];
  document.documentElement.dir = style.direction;
}

/** A constructed style sheet belongs to the document it was made in (CSSOM): the window needs its own. */
function adoptStyles(part: HTMLElement, { CSSStyleSheet }: Window & typeof globalThis): void {
  const { elementStyles } = part.constructor as typeof LitElement & { elementStyles: CSSResultOrNative[] };
  if (!part.shadowRoot) return;
  part.shadowRoot.adoptedStyleSheets = elementStyles.map((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("cssText" in style ? style.cssText : "");
    return sheet;
  });
}

function passOn(event: CustomEvent, host: HTMLElement): void {
  const { type, detail, cancelable } = event;
  const copy = new CustomEvent(type, { detail, cancelable, bubbles: true, composed: true });
  if (!host.dispatchEvent(copy)) event.preventDefault();
}
