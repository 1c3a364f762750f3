import { expect, type Page } from "@playwright/test";
import { log, startCall } from "./call.ts";
import { nothingOpen, openTestPage, stillOpen } from "./page.ts";

/** What every refusal has in common: start rejects with the code, the call ended once, nothing is left open. */
export async function expectRefusal(page: Page, options: Parameters<typeof startCall>[1], code: string) {
  await openTestPage(page);
  const failure = await startCall(page, options).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(failure).toBeDefined();
  const ends = (await log(page)).filter(({ type }) => type === "ended");
  expect(ends.map(({ detail }) => detail)).toEqual([{ reason: code, by: "error", error: code }]);
  await expect.poll(() => stillOpen(page)).toEqual(nothingOpen);
}
