import { expect } from "@playwright/test";
import { faults } from "../pictures/faults.ts";
import { openGallery } from "../pictures/gallery.ts";
import { groups } from "../pictures/groups.ts";
import { axeViolations, type ElementsPage, test } from "./elements-page.ts";

const manners: readonly (readonly [name: string, options: ElementsPage, forced?: boolean])[] = [
  ["light", {}],
  ["Spanish, dark", { lang: "es", scheme: "dark" }],
  ["right to left, Arabic", { dir: "rtl", lang: "ar" }],
  ["forced colours", { scheme: "dark" }, true],
];

/** A gallery has many calls on one page. */
const severalCalls = "landmark-unique";
/** There the system chooses; what Chromium computes for the text (`-webkit-text-fill-color`) is still the author's. */
const unforced = "color-contrast";

for (const [name, options, forced = false] of manners) {
  test(`every state of every element on a screen 320 px wide breaks no rule of axe, and nothing sticks out, is cut off or is too small: ${name}`, async ({
    page,
    open,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ forcedColors: forced ? "active" : "none" });
    for (const group of groups) {
      await openGallery(page, open, { ...options, groups: [group] });
      expect({ group, faults: await faults(page) }).toEqual({ group, faults: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      const violations = (await axeViolations(page)).filter(
        (text) => !text.startsWith(severalCalls) && !(forced && text.startsWith(unforced)),
      );
      expect({ group, violations }).toEqual({ group, violations: [] });
    }
  });
}
