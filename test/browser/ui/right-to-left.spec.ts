import { expect, type Locator } from "@playwright/test";
import { test } from "./elements-page.ts";

/** Where a word of an element's text begins, px from the left. */
const leftOf = (element: Locator, word: string): Promise<number> =>
  element.evaluate((element, word) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent?.indexOf(word) ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      return range.getBoundingClientRect().left;
    }
    throw new Error(`"${word}" is not there.`);
  }, word);

test("from right to left a number still stands before its unit", async ({ page, open }) => {
  await open("<voice-quality></voice-quality>", { dir: "rtl" });
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = window.ui.call;
    window.ui.call.move("active");
  });
  await page.evaluate(async () => {
    const quality = document.querySelector("voice-quality")!;
    while (!quality.shadowRoot?.querySelector("[part=summary]"))
      await new Promise((resolve) => setTimeout(resolve, 10));
    window.ui.call.quality(80);
  });
  const figure = page.locator("voice-quality dd", { hasText: "80 ms" });
  await expect(figure).toBeVisible();
  expect(await leftOf(figure, "80")).toBeLessThan(await leftOf(figure, "ms"));
});

test("from right to left the name of who calls begins at the right, in whatever language", async ({ page, open }) => {
  await open("<voice-incoming no-ringtone></voice-incoming>", { dir: "rtl" });
  await page.evaluate(() => window.ui.telephone.ring({ name: "Alice" }));
  const name = page.locator("voice-incoming [part=name]");
  await expect(name).toHaveText("Alice");
  const gap = await name.evaluate((name) => {
    const range = document.createRange();
    range.selectNodeContents(name);
    return name.getBoundingClientRect().right - range.getBoundingClientRect().right;
  });
  expect(Math.abs(gap)).toBeLessThan(1);
});
