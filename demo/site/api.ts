/** The search of the API page: shows what matches, and opens the one that an address names. */
const items = [...document.querySelectorAll<HTMLDetailsElement>("details.item")];
const entries = [...document.querySelectorAll<HTMLElement>("section.entry")];
const query = document.querySelector<HTMLInputElement>("#api-query")!;
const found = document.querySelector<HTMLElement>("#api-found")!;

function search(): void {
  const wanted = query.value.trim().toLowerCase();
  let count = 0;
  for (const item of items) {
    const matches = item.dataset.words?.includes(wanted) ?? false;
    item.hidden = !matches;
    if (matches) count++;
  }
  for (const entry of entries) entry.hidden = entry.querySelector("details.item:not([hidden])") === null;
  found.textContent = wanted === "" ? "" : count === 1 ? "1 found" : `${count} found`;
}

function openNamed(): void {
  const named = document.getElementById(location.hash.slice(1));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
}

document.querySelector("#api-search")?.addEventListener("submit", (event) => event.preventDefault());
query.addEventListener("input", search);
addEventListener("hashchange", openNamed);
query.value = new URLSearchParams(location.search).get("q") ?? "";
search();
openNamed();
