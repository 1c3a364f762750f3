/** `npm run pictures`: every element in every state, in every manner of showing it, as contact sheets in `build/pictures`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { type ElementsPage, test } from "../ui/elements-page.ts";
import { openGallery } from "./gallery.ts";
import { groups, pageGroups, pageManners } from "./groups.ts";
import { type Picture, writeSheet } from "./sheet.ts";

interface Manner extends ElementsPage {
  readonly forced?: boolean;
  readonly width?: number;
}

const manners: Readonly<Record<string, Manner>> = {
  light: { scheme: "light" },
  dark: { scheme: "dark" },
  forced: { scheme: "dark", forced: true },
  rtl: { dir: "rtl", lang: "ar" },
  "320-de": { lang: "de", width: 320 },
};

const cells = async (page: Page): Promise<readonly Picture[]> => {
  const pictures: Picture[] = [];
  for (const cell of await page.locator("#scenes > section").all()) {
    const name = (await cell.getAttribute("data-scene")) ?? "";
    pictures.push({ name, png: await cell.screenshot({ animations: "disabled" }) });
  }
  return pictures;
};

for (const [manner, { forced = false, width = 480, ...options }] of Object.entries(manners)) {
  test(`sheets, ${manner}`, async ({ page, open, context }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ forcedColors: forced ? "active" : "none" });
    const folder = resolve("build/pictures");
    mkdirSync(folder, { recursive: true });
    for (const group of groups) {
      await openGallery(page, open, { ...options, groups: [group], still: false });
      const pictures = await cells(page);
      await writeSheet(context, folder, `${group}-${manner}`, pictures);
    }
  });
}

test("list of the sheets", () => {
  const folder = resolve("build/pictures");
  mkdirSync(folder, { recursive: true });
  const named = (all: readonly string[], manners: object) =>
    all.flatMap((group) => Object.keys(manners).map((manner) => `${group}-${manner}`));
  const names = [...named(groups, manners), ...named(pageGroups, pageManners)];
  const items = names.map((name) => `<li><a href="${name}.html">${name}</a></li>`).join("\n");
  writeFileSync(resolve(folder, "index.html"), `<!doctype html><title>Pictures</title><ul>${items}</ul>`);
});
