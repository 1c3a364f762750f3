import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BidiPage } from "./bidi.ts";
import { freePort, inPath, says, stop } from "./processes.ts";
import { openSoundDevice } from "./sound-device.ts";
import { WebDriverPage } from "./webdriver.ts";

/** A browser with one page, started for a test. */
export interface Engine {
  readonly version: string;
  readonly page: { goto(url: string): Promise<void>; evaluate(expression: string): Promise<unknown> };
  close(): Promise<void>;
}

export interface EngineKind {
  readonly name: string;
  /** What to install, where it is missing. */
  readonly needs: string;
  readonly find: () => string | undefined;
  readonly start: (program: string) => Promise<Engine>;
}

const versionOf = (program: string): string =>
  spawnSync(program, ["--version"], { encoding: "utf8" }).stdout?.trim().split("\n")[0] ?? "";

const firefoxPrefs: Readonly<Record<string, unknown>> = {
  "media.navigator.streams.fake": true, // a microphone that hums
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0, // as after a click
  "media.peerconnection.ice.loopback": true,
  "media.peerconnection.ice.obfuscate_host_addresses": false, // as where a person has allowed the microphone
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.enabled": false,
};

const firefox: EngineKind = {
  name: "Firefox",
  needs: "firefox-esr or firefox (FIREFOX_PATH), and on Linux pulseaudio",
  find: () => {
    const silent = process.platform === "linux" && process.env.PULSE_SERVER === undefined && !inPath("pulseaudio");
    return silent ? undefined : (process.env.FIREFOX_PATH ?? inPath("firefox") ?? inPath("firefox-esr"));
  },
  start: async (program) => {
    const profile = mkdtempSync(join(tmpdir(), "voicebridge-firefox-"));
    const prefs = Object.entries(firefoxPrefs).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), prefs.join(""));
    const words = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
    const sound = await openSoundDevice(inPath("pulseaudio"));
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...sound.env } });
    const close = async (): Promise<void> => {
      await stop(child);
      await sound.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    };
    try {
      const page = await BidiPage.open(await says(child, /WebDriver BiDi listening on (ws:\S+)/));
      return {
        version: versionOf(program),
        page,
        close: () => {
          page.close();
          return close();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

const miniBrowsers = ["4.1", "4.0"].map((api) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${api}/MiniBrowser`);

const webkit: EngineKind = {
  name: "WebKitGTK",
  needs: "webkit2gtk-driver and xvfb",
  find: () => (inPath("xvfb-run") && miniBrowsers.some(existsSync) ? inPath("WebKitWebDriver") : undefined),
  start: async (program) => {
    const binary = miniBrowsers.find(existsSync)!;
    const port = await freePort();
    // A window on a screen that nobody sees; WebKit's sandbox wants more of the machine than a container has.
    const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
    const child = spawn("xvfb-run", ["-a", program, `--port=${port}`], { stdio: ["ignore", "pipe", "pipe"], env });
    try {
      const page = await attempts(40, () =>
        WebDriverPage.open(`http://127.0.0.1:${port}`, {
          "webkitgtk:browserOptions": { binary, args: ["--automation", "--enable-mock-capture-devices=true"] },
        }),
      );
      return {
        version: `WebKitGTK ${page.version}`.trim(),
        page,
        close: async () => {
          await page.close();
          await stop(child);
        },
      };
    } catch (error) {
      await stop(child);
      throw error;
    }
  },
};

export const engines: readonly EngineKind[] = [firefox, webkit];

async function attempts<T>(count: number, work: () => Promise<T>): Promise<T> {
  for (let left = count; ; left--) {
    try {
      return await work();
    } catch (error) {
      // Only while nobody listens yet.
      if (left <= 1 || !/fetch failed/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
