import { expect } from "@playwright/test";
import { axeViolations, test } from "./elements-page.ts";

/** Everything that can keep a person from being heard. */
const codes = [
  "media-permission-denied",
  "media-permission-dismissed",
  "media-permission-system",
  "media-policy-iframe",
  "media-insecure-context",
  "media-unsupported",
  "media-no-device",
  "media-in-use",
  "media-constraints",
  "media-failed",
];

/** Every language has the words of every code: here each code is seen in one of them. */
const languages = ["en", "de", "es"] as const;
for (const [turn, lang] of languages.entries()) {
  const ofThisTurn = codes.filter((_, index) => index % languages.length === turn);
  test(`each reason why there is no microphone says what happened and what to do, and can be tried again, ${lang}`, async ({
    page,
    open,
  }) => {
    await page.setViewportSize({ width: 320, height: 900 });
    await open(`<voice-call></voice-call>`, { lang });
    const seen: string[] = [];
    for (const [count, code] of ofThisTurn.entries()) {
      await page.locator("voice-call-button").getByRole("button").click();
      await page.evaluate((code) => {
        const { AudioError, VoiceError } = window.ui;
        const error = VoiceError.from(new AudioError(code as "media-failed", `(${code})`));
        window.ui.call.end({ reason: error.code, by: "error", error });
      }, code);
      await expect(page.locator("[part=code]")).toHaveText(code);
      const [headline = "", detail = ""] = await page.locator("[part=headline], [part=detail]").allInnerTexts();
      expect(detail.length, code).toBeGreaterThan(10);
      if (lang !== "en") expect(headline, code).not.toContain("("); // words of its own, not those of the error
      seen.push(detail);
      expect(await axeViolations(page), code).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(await page.evaluate(() => window.ui.made.length)).toBe(count + 1);
    }
    expect(new Set(seen).size).toBe(ofThisTurn.length);
  });
}

test("a page inside another one offers to open itself in a tab of its own", async ({ page, open }) => {
  await open(`<iframe title="shop" srcdoc="<p>shop</p>"></iframe>`);
  await open(`<voice-call></voice-call>`);
  await page.evaluate(() => Object.defineProperty(window, "self", { value: {} })); // as inside a frame
  await page.getByRole("button").click();
  await page.evaluate(() => {
    const { AudioError, VoiceError } = window.ui;
    const error = VoiceError.from(new AudioError("media-policy-iframe", "The page around this one does not let it."));
    window.ui.call.end({ reason: error.code, by: "error", error });
  });
  const link = page.getByRole("link", { name: "Open this page in a tab of its own" });
  await expect(link).toHaveAttribute("href", page.url());
  await expect(link).toHaveAttribute("target", "_blank");
});
