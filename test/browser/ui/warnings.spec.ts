import { expect } from "@playwright/test";
import { test } from "./elements-page.ts";

// That Lit warns of nothing is asserted by `open`, at the end of every test of the elements.

for (const layout of ["card", "compact", "floating"] as const) {
  test(`a call that fails, and one that ends, renders once for what became of it: ${layout}`, async ({
    page,
    open,
  }) => {
    await open(`<voice-call layout="${layout}"></voice-call>`);
    const call = page.locator("voice-call");
    for (const fails of [true, false]) {
      await call.evaluate(async (element, fails) => {
        void (element as HTMLElementTagNameMap["voice-call"]).start();
        await new Promise((resolve) => setTimeout(resolve));
        const { call, VoiceError } = window.ui;
        call.move("active");
        await (element as HTMLElementTagNameMap["voice-call"]).updateComplete;
        const error = new VoiceError("transport-lost", "The connection was lost.", "Try again.");
        call.end(fails ? { reason: error.code, by: "error", error } : { reason: "normal", by: "remote" });
      }, fails);
      await expect(call.getByRole("button", { name: fails ? "Try again" : "Call again" })).toBeVisible();
    }
  });
}

test("what Lit warns of is seen by the tests", async ({ page, open }) => {
  await open(`<voice-call></voice-call>`);
  const warned = page.waitForEvent("console", (message) => message.text().includes("lit.dev/msg/dev-mode"));
  await page.reload();
  await warned;
});
