import { test } from "@playwright/test";
import { withoutMicrophone } from "../support/chromium.ts";
import { expectRefusal } from "../support/refusal.ts";

test.use({ launchOptions: withoutMicrophone() });

test("a machine without a microphone", async ({ page }) => {
  await expectRefusal(page, { src: "/rtvbp/echo" }, "media-no-device");
});
