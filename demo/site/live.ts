/** Runs the recipes that the page shows: each finds its elements by their ids, as it would on a page of its own. */
import "voicebridge/elements";

const scripts = import.meta.glob(["../recipes/*/main.ts", "../recipes/*/main.tsx"]);

for (const { dataset } of document.querySelectorAll<HTMLElement>("[data-recipe]")) {
  const [, run] = Object.entries(scripts).find(([file]) => file.split("/").at(-2) === dataset.recipe) ?? [];
  await run?.();
}
