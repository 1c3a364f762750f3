/** Runs the recipes that the page shows: each finds its elements by their ids, as it would on a page of its own. */
import "voicebridge/elements";

const scripts = import.meta.glob(["../recipes/*/main.ts", "../recipes/*/main.tsx"]);

for (const place of document.querySelectorAll<HTMLElement>("[data-recipe]")) {
  const [, run] = Object.entries(scripts).find(([file]) => file.split("/").at(-2) === place.dataset.recipe) ?? [];
  await run?.();
  place.dataset.ready = "";
}
