/** Text as it stands between tags or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/** `code` marks of docstrings; everything else is text. */
export const inlineCode = (text: string): string =>
  escapeHtml(text).replace(/`([^`]+)`/g, (_, code: string) => `<code>${code}</code>`);

/** Usable as an id and in an address. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/<[^>]*>/g, "")
    .replace(/&[a-z]+;/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/** Code with a title and a button that copies it (`site/page.ts` brings the button to life). `unique`: what no other on the page is called. */
export function codeFigure(code: string, title: string, unique = title): string {
  const name = escapeHtml(unique);
  return `<figure class="code"><figcaption><span class="file">${escapeHtml(title)}</span><span role="status"></span><button type="button" data-copy aria-label="Copy: ${name}">Copy</button></figcaption><pre tabindex="0" role="region" aria-label="${name}"><code>${escapeHtml(code.trimEnd())}</code></pre></figure>`;
}

/** The cells of a row, told by their heads where a small screen has no room for columns; cells are HTML. */
export const cellsOf = (heads: readonly string[], cells: readonly string[]): string =>
  cells
    .map((cell, i) => `<td data-label="${escapeHtml(heads[i] ?? "")}"${cell ? `>${cell}` : ' class="none">–'}</td>`)
    .join("");

/** A table that can be scrolled; cells are HTML. */
export function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(
    ([first = "", ...others]) => `<tr><th scope="row">${first}</th>${cellsOf(heads.slice(1), others)}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
