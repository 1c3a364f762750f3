import { expect } from "@playwright/test";
import { faults } from "../pictures/faults.ts";
import { openGallery } from "../pictures/gallery.ts";
import { test } from "./elements-page.ts";

test("on a screen 320 px wide nothing sticks out, is cut off or is too small, in any state of any element, in German", async ({
  page,
  open,
}) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await openGallery(page, open, { lang: "de" });
  expect(await faults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});
