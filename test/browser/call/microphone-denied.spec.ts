import { test } from "@playwright/test";
import { denying } from "../support/chromium.ts";
import { expectRefusal } from "../support/refusal.ts";

test.use({ launchOptions: denying(), permissions: [] });

test("the person says no to the microphone", async ({ page }) => {
  await expectRefusal(page, { src: "/rtvbp/echo" }, "media-permission-denied");
});
