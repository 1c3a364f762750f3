/** What the scenes are put together by. */
export const groups = ["call", "live", "end", "layouts", "parts", "panels", "replay"] as const;

export type SceneGroup = (typeof groups)[number];

/** What the sheets of whole pages are of. */
export const pageGroups = ["phone", "preflight"] as const;

/** How a page of the demo, which speaks English, is shown. */
export interface PageManner {
  readonly scheme: "light" | "dark";
  readonly forced?: boolean;
  readonly width: number;
}

export const pageManners: Readonly<Record<string, PageManner>> = {
  light: { scheme: "light", width: 900 },
  dark: { scheme: "dark", width: 900 },
  forced: { scheme: "dark", forced: true, width: 900 },
  "320": { scheme: "light", width: 320 },
};
