import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { compileScript, parse } from "vue/compiler-sfc";

const recipes = resolve(import.meta.dirname, "../../../demo/recipes");

/** A page with a recipe that runs. */
async function open(page: Page, name: string): Promise<void> {
  await page.goto(`/recipes/${name}/`);
  await expect(page.locator("[data-recipe][data-ready]")).toBeVisible({ timeout: 20_000 });
}

const start = (page: Page) => page.locator(".live").getByRole("button", { name: "Start call" }).click();

test("push to talk is silent until the button is held, and again when it is let go", async ({ page }) => {
  await open(page, "push-to-talk");
  const [button, state] = [page.locator("#press"), page.locator("#on-air")];
  await expect(button).toBeDisabled();
  await start(page);
  await expect(state).toHaveText("Muted");
  await button.focus();
  await page.keyboard.down("Space");
  await expect(state).toHaveText("On the air");
  await page.keyboard.up("Space");
  await expect(state).toHaveText("Muted");
  await button.hover();
  await page.mouse.down();
  await expect(state).toHaveText("On the air");
  await page.mouse.move(0, 0);
  await expect(state).toHaveText("Muted");
  await page.mouse.up();
  await page.getByLabel("Keep talking").check();
  await expect(state).toHaveText("On the air");
});

test("the telephone menu's buttons are its keys", async ({ page }) => {
  await open(page, "ivr");
  const goodbye = page.locator("#menu").getByRole("button", { name: "Goodbye" });
  await expect(goodbye).toBeDisabled();
  await start(page);
  await goodbye.click();
  await expect(page.locator("#menu-call")).toContainText("The other side ended the call", { timeout: 20_000 });
  await expect(goodbye).toBeDisabled();
});

test("the voice agent's words appear while it speaks", async ({ page }) => {
  await open(page, "voice-agent");
  await page.getByRole("button", { name: "Talk to the agent" }).click();
  await expect(page.locator("#transcript li").first()).toContainText(/agent: .{20}/, { timeout: 20_000 });
  await page.getByRole("button", { name: "Hang up" }).click();
  await expect(page.locator("#state")).toHaveText("ended by local: normal");
});

test("the React component shows the call's state and ends it", async ({ page }) => {
  await open(page, "react");
  await start(page);
  const output = page.locator("#react-root output");
  await expect(output).toHaveText("active");
  await expect(page.locator("#react-root section > voice-level")).toBeVisible();
  await page.getByRole("button", { name: "I am done" }).click();
  await expect(output).toHaveText("Ended by local: done");
});

test("the Vue component shows the call's state and ends it", async ({ page }) => {
  await page.goto("/test.html");
  await page.addScriptTag({ type: "module", content: await bundleVue() });
  await page.getByRole("button", { name: "Start call" }).click();
  await expect(page.locator("output")).toHaveText("active");
  await expect(page.locator("voice-call")).toHaveJSProperty("options", { metadata: { page: "help" } });
  await expect(page.locator("main section > voice-level")).toBeVisible();
  await page.getByRole("button", { name: "I am done" }).click();
  await expect(page.locator("output")).toHaveText("Ended by local: done");
});

/** The component as the plugin of a bundler compiles it, on a page of its own. */
async function bundleVue(): Promise<string> {
  const file = resolve(recipes, "vue/SupportCall.vue");
  const { descriptor } = parse(readFileSync(file, "utf8"), { filename: file });
  const isCustomElement = (tag: string) => tag.startsWith("voice-");
  const { content } = compileScript(descriptor, {
    id: "support-call",
    inlineTemplate: true,
    templateOptions: { compilerOptions: { isCustomElement } },
  });
  const contents = `import { createApp } from "vue";
    import SupportCall from "support-call";
    createApp(SupportCall, { src: "/rtvbp/echo", user: "visitor" }).mount(document.body.appendChild(document.createElement("main")));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    target: "es2022",
    tsconfig: resolve(recipes, "../../tsconfig.json"),
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    plugins: [
      {
        name: "single-file-component",
        setup(context) {
          context.onResolve({ filter: /^support-call$/ }, () => ({ path: file, namespace: "vue" }));
          context.onLoad({ filter: /.*/, namespace: "vue" }, () => ({
            contents: content,
            loader: "ts",
            resolveDir: resolve(recipes, "vue"),
          }));
        },
      },
    ],
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
