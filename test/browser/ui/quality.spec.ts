import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

const show = `<voice-quality></voice-quality>`;

test("the quality says bars, word, score, and where the milliseconds go", async ({ page, open }) => {
  await open(show);
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = window.ui.call;
    window.ui.call.move("active");
  });
  await expect(page.getByText("Quality: Not measured")).toBeVisible();
  await page.evaluate(() => window.ui.call.quality(100));
  await expect(page.getByText("Quality: good")).toBeVisible();
  await expect(page.locator("voice-quality")).toContainText("MOS 4.4");
  await expect(page.locator("voice-quality rect.on")).toHaveCount(4);
  const stages = page.locator("voice-quality [part=stages] div");
  await expect(stages).toHaveText([
    /Recording and encoding\s*20 ms/,
    /Network\s*25 ms/,
    /Waiting to be played\s*50 ms/,
    /Playing\s*5 ms/,
    /Together\s*100 ms/,
  ]);
  await expect(page.locator("voice-quality")).toContainText("12 ppm");
  await page.evaluate(() => window.ui.call.quality(600, 20));
  await expect(page.getByText("Quality: bad")).toBeVisible();
  await expect(page.locator("voice-quality rect.on")).toHaveCount(1);
  await expect(page.locator("voice-quality")).toContainText("20.0 %");
  const plot = page.getByRole("img", { name: /now 600 ms, lowest 100 ms, highest 600 ms/ });
  await expect(plot).toBeVisible();
  const points = await plot.locator("polyline").getAttribute("points");
  expect(points?.split(" ")).toHaveLength(2);
  expect(points).toMatch(/ 240\.0,16\.0$/); // 600 of 800 ms, at the right edge
  // Stage upon stage, the outermost drawn first: their upper edges at the end are the sums 600, 470, 170 and 20 ms of 800.
  const edges = await plot
    .locator("path.area")
    .evaluateAll((areas) => areas.map((area) => /L240\.0,([\d.]+)L240\.0,64\.0Z$/.exec(area.getAttribute("d")!)?.[1]));
  expect(edges).toEqual(["16.0", "26.4", "50.4", "62.4"]);
  await expect(
    page.getByRole("img", { name: /^Opinion score .* now 1\.\d, lowest 1\.\d, highest 4\.4$/ }),
  ).toBeVisible();
  await expect(
    page.getByRole("img", { name: /^Sound that was filled in .* now 20 %, lowest 0 %, highest 20 %$/ }),
  ).toBeVisible();
  const drift = page.getByRole("img", { name: /^Difference of the clocks .* now 12 ppm, lowest 12 ppm/ });
  expect(await drift.locator("path").getAttribute("d")).toMatch(/240\.0,24\.1$/); // 12.4 of -50 to 50 ppm
  expect(await axeViolations(page)).toEqual([]);
});

test("what the call has kept of itself is saved as a file, unless the page objects or nothing is kept", async ({
  page,
  open,
}) => {
  await open(show);
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = window.ui.call;
    window.ui.call.move("active");
  });
  const save = page.getByRole("button", { name: "Save a diagnosis file" });
  await expect(save).toHaveAccessibleDescription(/with transcripts and without sound/);
  await page.evaluate(() =>
    document.addEventListener("voice-flight-record-request", (event) => event.preventDefault(), { once: true }),
  );
  await save.click();
  expect(await page.evaluate(() => window.ui.call.asked)).toEqual([]);
  const download = page.waitForEvent("download");
  await save.click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^call-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jsonl$/);
  expect(readFileSync(await file.path(), "utf8")).toMatch(/^{"type":"trace","version":1/);
  await page.evaluate(() => {
    window.ui.call.hasFlightRecord = false;
    window.ui.call.move("held");
  });
  await expect(save).toHaveCount(0);
});

test("a quality that is the first element of its language speaks all of it", async ({ page, open }) => {
  await open(show, { lang: "de" });
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = window.ui.call;
  });
  await expect(page.getByRole("button", { name: "Diagnosedatei speichern" })).toBeVisible();
  await expect(page.locator("voice-quality [part=summary]")).toHaveText("Qualität: Nicht gemessen");
});

test("the compact quality is bars, word and score alone; another call starts without figures", async ({
  page,
  open,
}) => {
  await open(`<voice-quality compact></voice-quality>`);
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = window.ui.call;
    window.ui.call.move("active");
  });
  await expect(page.getByText("Quality: Not measured")).toBeVisible();
  await page.evaluate(() => window.ui.call.quality(100));
  await expect(page.getByText("Quality: good")).toBeVisible();
  await expect(page.getByRole("img")).toHaveCount(0);
  await page.evaluate(() => {
    document.querySelector("voice-quality")!.call = new window.ui.FakeCall();
  });
  await expect(page.getByText("Quality: Not measured")).toBeVisible();
});

for (const lang of ["de", "es"]) {
  test(`the quality fits 320 px, follows the numbers of the language, and breaks no rule of axe, ${lang}`, async ({
    page,
    open,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open(`<voice-call></voice-call>`, { lang, scheme: "dark" });
    await page.getByRole("button").click();
    await page.evaluate(() => window.ui.call.move("active"));
    const summary = page.locator("voice-quality summary");
    await expect(summary).toBeVisible();
    await page.evaluate(() => window.ui.call.quality(150, 2));
    await expect(summary).toContainText(/\d,\d/);
    await summary.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("img", { name: /150 ms/ })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect((await summary.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    expect(await axeViolations(page)).toEqual([]);
  });
}

test("a page can leave the quality out of the call", async ({ page, open }) => {
  await open(`<voice-call no-quality></voice-call>`);
  await page.getByRole("button").click();
  await page.evaluate(() => window.ui.call.move("active"));
  await expect(page.getByRole("meter")).toHaveCount(2);
  await expect(page.locator("voice-quality")).toHaveCount(0);
});
