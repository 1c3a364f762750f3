import { resolve } from "node:path";
import { expect, type Page } from "@playwright/test";
import { build } from "esbuild";
import type { ElementsPage, OpenElements } from "../ui/elements-page.ts";
import type { SceneGroup } from "./groups.ts";
import type { layOut } from "./scenes.ts";

let script: Promise<string> | undefined;

const sceneScript = (): Promise<string> =>
  (script ??= build({
    entryPoints: [resolve(import.meta.dirname, "scenes.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? ""));

/** Cells that hold what is fixed to the window, and no motion. */
const css = `#scenes { display: grid; grid-template-columns: minmax(0, 25rem); gap: 24px; }
  section { contain: layout; position: relative; min-height: 3.5rem; }
  section:has([layout=floating]) { min-height: 26rem; } h1 { position: absolute; clip-path: inset(50%); }`;

/** Every element in every state, on one page. `groups`: only these. `still`: with reduced motion. */
export async function openGallery(
  page: Page,
  open: OpenElements,
  {
    groups = [],
    still = true,
    ...options
  }: ElementsPage & { readonly groups?: readonly SceneGroup[]; readonly still?: boolean },
): Promise<void> {
  const code = await sceneScript();
  await page.emulateMedia({ reducedMotion: still ? "reduce" : "no-preference" });
  await open(`<div id="scenes"></div>`, options);
  await page.route("**/gallery.js", (route) => route.fulfill({ contentType: "text/javascript", body: code }));
  await page.evaluate(
    async ({ groups, css }) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      const script = Object.assign(document.createElement("script"), { type: "module", src: "/gallery.js" });
      document.head.append(script);
      await new Promise((resolve) => script.addEventListener("load", resolve));
      await (window as unknown as { layOut: typeof layOut }).layOut(groups);
      const all = [...document.querySelectorAll<HTMLElement & { updateComplete?: Promise<unknown> }>("section > *")];
      await Promise.all(all.map(({ updateComplete }) => updateComplete));
    },
    { groups, css },
  );
  expect(await page.locator("section").count()).toBeGreaterThan(0);
}
