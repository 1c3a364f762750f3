import { defineConfig } from "@playwright/test";
import { speaking } from "./test/browser/support/chromium.ts";

const port = Number(process.env["TEST_PORT"] ?? 5199);

const specs = (name: string) => new RegExp(`/${name}(/.*)?\\.spec\\.ts$`);

/** Minutes of waiting: `npm run test:long`, not every `npm test`. */
const long = [
  "hostile",
  "survival",
  "resume",
  "network",
  "hundred-calls",
  "codecs",
  "webrtc",
  "people",
  "devices/devices",
  "devices/warnings",
  "devices/noise-suppressor",
  "package",
  "audio/life",
  "audio/loop",
  "core/playout",
  "ui/site",
  "ui/recipes",
  "ui/preflight",
  "conference",
  "call/flight-record",
  "ui/all-states",
  "ui/demo-manners",
].map(specs);
/** More of them in `npm run test:long`. */
const longer = ["transport/contract"].map(specs);
const onlyLong = Boolean(process.env["TEST_LONG"]);
/** What is seen of a call in all its states, and what may stand around it: `npm run test:elements`. */
const elements = [
  "ui/accessibility",
  "ui/device-memory",
  "ui/devices",
  "ui/incoming",
  "ui/layouts",
  "ui/parts",
  "ui/permission",
  "ui/permission-retry",
  "ui/pip",
  "ui/quality",
  "ui/react",
  "ui/recorder",
  "ui/replay",
  "ui/system",
  "ui/warnings",
].map(specs);
const onlyElements = Boolean(process.env["TEST_ELEMENTS"]);
/** `npm run pictures`: to be looked at; nothing is asserted. */
const pictures = Boolean(process.env["PICTURES"]);

export default defineConfig({
  testDir: "test/browser",
  testMatch: pictures ? "**/*.pictures.ts" : onlyLong ? [...long, ...longer] : onlyElements ? elements : "**/*.spec.ts",
  testIgnore: onlyLong || onlyElements || pictures ? [] : [...long, ...elements],
  outputDir: "build/browser",
  // Where nobody waits for it, what is heard is disturbed less; several pages that speak at once fill two cores.
  workers: onlyLong ? 1 : process.env["CI"] ? 2 : 3,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  timeout: 120_000,
  // Catches what hangs: no test is judged by how long a state takes to come.
  expect: { timeout: 30_000 },
  reporter: process.env["CI"] ? "list" : [["list"]],
  use: {
    baseURL: `http://localhost:${port}`,
    permissions: ["microphone"],
    trace: "off",
    launchOptions: speaking(),
  },
  webServer: {
    command: "npm start",
    url: `http://localhost:${port}/test.html`,
    reuseExistingServer: false,
    env: { PORT: String(port), CI: "1" },
    stdout: "pipe",
    timeout: 180_000,
  },
});
