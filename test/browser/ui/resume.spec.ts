import { expect, type Page, test } from "@playwright/test";
import { bundleOf } from "../../../demo/generate/bundles.ts";
import type { Call } from "../../../lib/index.ts";
import type { VoiceCall } from "../../../lib/ui/define.ts";
import { buildServerProgram, ServerProcess } from "../support/server-process.ts";

/** The element as a page has it: everything else is the library's. */
const elements = bundleOf("lib/ui/define.ts");

let server: ServerProcess;

test.beforeAll(async () => {
  server = new ServerProcess(await buildServerProgram());
  await server.start();
});
test.afterAll(() => server.kill());
test.beforeEach(() => void server.news.splice(0));

/** A page with nothing but the element, each time it is loaded. From the server: a page out of thin air may not call this machine. */
async function serve(page: Page, attributes: string): Promise<void> {
  await page.addInitScript(
    ([html, src]) => {
      document.addEventListener("DOMContentLoaded", () => {
        document.body.innerHTML = html;
        document.body.append(Object.assign(document.createElement("script"), { type: "module", src }));
      });
    },
    [`<voice-call ${attributes}></voice-call>`, elements] as const,
  );
  await page.goto("/test.html");
}

const callOf = (page: Page) =>
  page.evaluate(() => {
    const call = document.querySelector<VoiceCall>("voice-call")?.call as Call | undefined;
    return { id: call?.id, state: call?.state, muted: call?.muted };
  });

const receivedFrames = (page: Page) =>
  page.evaluate(async () => {
    const { call } = document.querySelector<VoiceCall>("voice-call")!;
    return (await (call as Call).stats()).transport?.receivedFrames ?? 0;
  });

test("a call of <voice-call resume> goes on in the page that was loaded again, and is taken up once", async ({
  page,
}) => {
  await serve(page, `resume src="${server.url}"`);
  await page.getByRole("button", { name: "Start call" }).click();
  await expect.poll(async () => (await callOf(page)).state).toBe("active");
  await page.getByRole("button", { name: "Mute" }).click();
  await expect.poll(async () => (await callOf(page)).muted).toBe(true);
  const { id } = await callOf(page);

  await page.reload();
  await expect.poll(() => callOf(page), { timeout: 20_000 }).toEqual({ id, state: "active", muted: true });
  await expect(page.getByRole("button", { name: "Hang up" })).toBeVisible();
  // A page that was not clicked yet may not sound in Chromium, and the element says so.
  await page.getByRole("button", { name: "Turn the sound on" }).click();
  await expect.poll(() => receivedFrames(page)).toBeGreaterThan(10);
  await expect.poll(() => server.of("active").length).toBe(2);
  const [before, after] = server.of("active");
  expect([after?.call, after?.resumedFrom]).toEqual([id, before?.session]);
  await expect.poll(() => server.of("ended").length).toBe(1);

  await page.getByRole("button", { name: "Hang up" }).click();
  await expect.poll(() => server.of("ended").length).toBe(2);
  await page.reload();
  await expect(page.getByRole("button", { name: "Start call" })).toBeVisible();
  expect((await callOf(page)).id).toBeUndefined();
});

test("without the attribute the call ends with its page", async ({ page }) => {
  await serve(page, `src="${server.url}"`);
  await page.getByRole("button", { name: "Start call" }).click();
  await expect.poll(async () => (await callOf(page)).state).toBe("active");
  await page.reload();
  await expect.poll(() => server.of("ended").length).toBe(1);
  await expect(page.getByRole("button", { name: "Start call" })).toBeVisible();
  expect((await callOf(page)).id).toBeUndefined();
});
