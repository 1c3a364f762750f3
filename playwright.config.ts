import { defineConfig } from "@playwright/test";
import { speaking } from "./test/browser/support/chromium.ts";

const port = Number(process.env["TEST_PORT"] ?? 5199);

export default defineConfig({
  testDir: "test/browser",
  testMatch: "**/*.spec.ts",
  outputDir: "build/browser",
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  timeout: 60_000,
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
    timeout: 60_000,
  },
});
