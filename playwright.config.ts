import { defineConfig } from "@playwright/test";
import { findProgram } from "./test/tools.mjs";

const port = Number(process.env["TEST_PORT"] ?? 5199);
const executablePath = findProgram("chromium");

export default defineConfig({
  testDir: "test/browser",
  testMatch: "**/*.spec.ts",
  outputDir: "build/browser",
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  timeout: 60_000,
  reporter: process.env["CI"] ? "list" : [["list"]],
  use: {
    baseURL: `http://localhost:${port}`,
    permissions: ["microphone"],
    trace: "off",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
      ],
    },
  },
  webServer: {
    command: "npm start",
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    env: { PORT: String(port), CI: "1" },
    stdout: "pipe",
    timeout: 60_000,
  },
});
