import { type Browser, chromium, type Page } from "@playwright/test";
import { chromiumWith } from "../support/chromium.ts";

export interface BrowserOptions {
  /** A WAV file that the microphone plays over and over. Absent: the browser's beeps. */
  readonly microphone?: string;
  /** What the person answers when asked. */
  readonly permission?: "grant" | "deny";
  /** False: only what is plugged into this machine. */
  readonly fakeDevices?: boolean;
  readonly more?: readonly string[];
}

/** A Chromium of its own, because the fake microphone is set when it starts. */
export function launch(options: BrowserOptions = {}): Promise<Browser> {
  const { microphone, permission = "grant", fakeDevices = true, more = [] } = options;
  return chromium.launch(
    chromiumWith(
      `--use-fake-ui-for-media-stream${permission === "deny" ? "=deny" : ""}`,
      ...(fakeDevices ? ["--use-fake-device-for-media-stream"] : []),
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
      ...more,
    ),
  );
}

/** Opens the test page; errors of the page fail nothing by themselves, but are shown. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`[page] ${error.stack ?? error.message}`));
  await page.goto(url);
  return page;
}
