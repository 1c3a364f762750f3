export interface PageListener {
  /** Something happened to the page or its network that connections may not have survived: look at once. */
  readonly changed: () => void;
  /** The page goes away. `kept`: the browser may show it again as it is (back/forward cache). */
  readonly hidden: (kept: boolean) => void;
}

/** Looks on what becomes of the page; nothing where there is none. Returns what stops it. Never uses `unload`. */
export function watchPage({ changed, hidden }: PageListener): () => void {
  const { window, document } = globalThis as { window?: Window; document?: Document };
  if (!window || !document) return () => undefined;
  const stop = new AbortController();
  const { signal } = stop;
  for (const type of ["online", "offline"]) window.addEventListener(type, changed, { signal });
  document.addEventListener("resume", changed, { signal }); // after a freeze (Page Lifecycle)
  window.addEventListener("pagehide", ({ persisted }) => hidden(persisted), { signal });
  window.addEventListener("pageshow", ({ persisted }) => persisted && changed(), { signal });
  return () => stop.abort();
}
