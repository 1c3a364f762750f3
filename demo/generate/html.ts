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

/** Code with a name and a button that copies it (`site/page.ts` brings the button to life). */
export function codeFigure(code: string, title: string): string {
  const name = escapeHtml(title);
  return `<figure class="code"><figcaption><span class="file">${name}</span><span role="status"></span><button type="button" data-copy aria-label="Copy: ${name}">Copy</button></figcaption><pre tabindex="0" role="region" aria-label="${name}"><code>${escapeHtml(code.trimEnd())}</code></pre></figure>`;
}

/** A table that can be scrolled on a small screen; cells are HTML. */
export function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(
    ([first = "", ...others]) =>
      `<tr><th scope="row">${first}</th>${others.map((cell) => `<td>${cell || "–"}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
