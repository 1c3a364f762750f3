import { expect, type Page } from "@playwright/test";
import { axeViolations } from "../ui/elements-page.ts";

/** The element that has the focus, inside shadow roots too, as it is called. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    const words = [...((active as HTMLSelectElement | null)?.labels?.[0]?.childNodes ?? [])];
    const label = words.find((node) => !(node instanceof Comment) && node.textContent?.trim())?.textContent;
    return (active?.getAttribute("aria-label") ?? label ?? active?.textContent ?? "").trim().replace(/\s+/g, " ");
  });

/** Goes to a button or field, by the name it has for a screen reader, by the Tab key alone. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The Tab key does not lead to "${name}".`);
}

export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

export async function isAccessible(page: Page, state: string): Promise<void> {
  expect({ state, violations: await axeViolations(page) }).toEqual({ state, violations: [] });
}
