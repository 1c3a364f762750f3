/** What the scenes are put together by. */
export const groups = ["call", "live", "end", "layouts", "parts", "panels", "replay"] as const;

export type SceneGroup = (typeof groups)[number];
