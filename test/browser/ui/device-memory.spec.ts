import { expect, type Page } from "@playwright/test";
import { test } from "./elements-page.ts";

const microphone = (page: Page) => page.getByRole("combobox", { name: "Microphone" });
const speaker = (page: Page) => page.getByRole("combobox", { name: "Loudspeaker" });

test("devices are chosen, remembered on this site, and shown as chosen after a reload", async ({ page, open }) => {
  await open(`<voice-devices></voice-devices>`);
  await expect(microphone(page).getByRole("option").first()).toHaveText(/^System default \(.+\)$/);
  await microphone(page).selectOption({ label: "Fake Audio Input 2" });
  await speaker(page).selectOption({ label: "Fake Audio Output 1" });
  await page.getByRole("checkbox", { name: "Suppress noise" }).uncheck();
  await expect
    .poll(() => page.evaluate(() => JSON.parse(localStorage.getItem("voicebridge.devices") ?? "{}")))
    .toMatchObject({
      microphone: { label: "Fake Audio Input 2" },
      speaker: { label: "Fake Audio Output 1" },
      settings: { noiseSuppression: false },
    });
  await page.reload(); // a browser without a profile gives the devices other identifiers
  await expect(microphone(page).locator("option:checked")).toHaveText("Fake Audio Input 2");
  await expect(speaker(page).locator("option:checked")).toHaveText("Fake Audio Output 1");
  await expect(page.getByRole("checkbox", { name: "Suppress noise" })).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Remove echo" })).toBeChecked();
});
