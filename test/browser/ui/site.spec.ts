import { expect, type Page, test } from "@playwright/test";
import { sitePages } from "../../../demo/generate/pages.ts";
import { axeViolations } from "./elements-page.ts";

const pages = sitePages().filter(({ source }) => source.kind !== "html");

/** Errors of the page, and requests to anywhere but the site. */
function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!/^(data|blob):/.test(protocol) && hostname !== "localhost") problems.push(`asked for ${request.url()}`);
  });
  return problems;
}

for (const { path } of pages) {
  test(`${path} breaks no rule of axe, light or dark, fits 320 px either way round, and asks nobody else`, async ({
    page,
  }) => {
    test.setTimeout(180_000); // the API has thousands of nodes to look at
    const problems = watch(page);
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(path);
    await expect(page.locator("main h1")).toBeVisible();
    await expect(page.getByRole("navigation", { name: "All pages" }).locator("[aria-current=page]")).toHaveCount(1);
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await axeViolations(page, ["color-contrast", "target-size"])).toEqual([]);
    for (const dir of ["ltr", "rtl"]) {
      const over = await page.evaluate((dir) => {
        document.documentElement.dir = dir;
        return document.documentElement.scrollWidth - innerWidth;
      }, dir);
      expect(over, dir).toBe(0);
    }
    expect(problems).toEqual([]);
  });
}

test("every link of every page leads to a page, and to a place on it", async ({ request, baseURL }) => {
  const texts = new Map<string, string>();
  const read = async (url: string): Promise<string> => {
    const known = texts.get(url);
    if (known !== undefined) return known;
    const response = await request.get(url);
    expect(response.status(), url).toBe(200);
    texts.set(url, await response.text());
    return texts.get(url) ?? "";
  };
  const missing: string[] = [];
  for (const { path } of sitePages()) {
    const from = new URL(path, baseURL);
    for (const [, href = ""] of (await read(from.href)).matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
      const to = new URL(href.replaceAll("&amp;", "&"), from);
      if (to.origin !== from.origin) continue;
      const id = decodeURIComponent(to.hash.slice(1));
      to.hash = "";
      if (!(await read(to.href)).includes(id === "" ? "" : `id="${id}"`)) missing.push(`${path}: ${href}`);
    }
  }
  expect(missing).toEqual([]);
  expect(texts.size).toBeGreaterThanOrEqual(pages.length);
});

test("a playground applies what is chosen and shows it as code", async ({ page }) => {
  await page.goto("/elements/voice-call/");
  const call = page.locator("#stage voice-call");
  const controls = page.getByTestId("controls");
  await controls.getByLabel("label", { exact: true }).fill("Ask <us>");
  await controls.getByLabel("no-keypad").check();
  await controls.getByLabel("lang").selectOption("de");
  await expect(call).toHaveAttribute("label", "Ask <us>");
  await expect(call).toHaveJSProperty("noKeypad", true);
  await expect(call.getByRole("button", { name: "Anrufen" })).toBeVisible();
  await expect(page.getByTestId("code-html")).toContainText('label="Ask &lt;us>"');

  await controls.getByText("Looks", { exact: true }).click();
  await controls.getByLabel("Outline a part").selectOption("card");
  await controls.getByLabel("--voice-accent", { exact: true }).fill("rgb(120, 20, 60)");
  const look = (part: string, property: string) =>
    call.evaluate(
      (element, { part, property }) => {
        const inside = element.shadowRoot?.querySelector(part);
        const shown = inside?.shadowRoot?.querySelector("button") ?? inside;
        return shown && getComputedStyle(shown).getPropertyValue(property);
      },
      { part, property },
    );
  await expect.poll(() => look("[part=card]", "outline-style")).toBe("dashed");
  await expect.poll(() => look("voice-call-button", "background-color")).toBe("rgb(120, 20, 60)");
  await expect(page.getByTestId("code-css")).toContainText("voice-call::part(card)");

  await controls.getByText("Slots", { exact: true }).click();
  await controls.getByLabel("footer").fill("Calls are not recorded.");
  await expect(call.locator('[slot="footer"]')).toHaveText("Calls are not recorded.");
  await controls.getByLabel("no-keypad").uncheck();
  await expect(call).toHaveJSProperty("noKeypad", false);
});

test("a playground of a part has a call to try it with", async ({ page }) => {
  await page.goto("/elements/voice-status/");
  const stage = page.getByTestId("stage");
  await stage.getByRole("button", { name: "Start call" }).click();
  await expect(stage.locator('voice-status[for="call"]')).toContainText("Connected");
  await expect(page.getByTestId("log")).toContainText("voice-statechange");
  await stage.getByRole("button", { name: "Hang up" }).click();
  await expect(page.getByTestId("log")).toContainText("voice-ended");
});

test("the API page finds exports and members, and opens what its address names", async ({ page }) => {
  await page.goto("/api/?q=sendDtmf");
  await expect(page.getByTestId("api-found")).toHaveText(/^\d+ found$/);
  await expect(page.locator("#voicebridge-call")).toBeVisible();
  await expect(page.locator("#voicebridge-voiceerror")).toBeHidden();
  await page.getByTestId("api-query").fill("createVoiceServer");
  await expect(page.locator("#voicebridge-call")).toBeHidden();
  const found = page.locator("#voicebridge-node-createvoiceserver");
  await found.locator("summary").click();
  await expect(found).toContainText("createVoiceServer(options");
  await page.goto("/api/#voicebridge-call");
  await expect(page.locator("#voicebridge-call")).toContainText("Presses keys one after the other");
});

test("code can be copied from an article", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/recipes/push-to-talk/");
  await page.getByRole("button", { name: "Copy: push-to-talk/main.ts" }).click();
  await expect(page.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('import "voicebridge/elements"');
});
