import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { BrowserContext } from "@playwright/test";

export interface Picture {
  readonly name: string;
  readonly png: Buffer;
}

const escapeHtml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Writes the pictures beside each other: `NAME.html`, and the same as `NAME.png`. */
export async function writeSheet(
  context: BrowserContext,
  folder: string,
  name: string,
  pictures: readonly Picture[],
  columns = 4,
): Promise<void> {
  const figures = pictures
    .map(
      ({ name, png }) =>
        `<figure><img src="data:image/png;base64,${png.toString("base64")}" alt=""><figcaption>${escapeHtml(name)}</figcaption></figure>`,
    )
    .join("\n");
  const html = `<!doctype html><meta charset="utf-8"><title>${escapeHtml(name)}</title>
<style>body { margin: 16px; columns: ${columns}; column-gap: 16px; background: #9aa0a8; font: 13px sans-serif; }
figure { margin: 0 0 16px; break-inside: avoid; } img { display: block; max-width: 100%; } figcaption { padding: 2px 0; }</style>
${figures}`;
  writeFileSync(resolve(folder, `${name}.html`), html);
  const page = await context.newPage();
  await page.setViewportSize({ width: 32 + columns * 420, height: 400 });
  await page.setContent(html);
  await page.screenshot({ path: resolve(folder, `${name}.png`), fullPage: true });
  await page.close();
}
