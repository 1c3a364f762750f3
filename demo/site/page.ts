/** On every page: what its address says of looks, and buttons that copy. */
import "./assets.ts";
import { copy, copyOutcome } from "./copy.ts";

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get("theme") ?? "auto";
if (query.get("dir") === "rtl") document.documentElement.dir = "rtl";

document.addEventListener("click", async ({ target }) => {
  const figure = target instanceof Element ? target.closest("[data-copy]")?.closest("figure, .install") : undefined;
  const code = figure?.querySelector("code");
  const status = figure?.querySelector("[role=status]");
  if (code && status) status.textContent = copyOutcome(await copy(code));
});
