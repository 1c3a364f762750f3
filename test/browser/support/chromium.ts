import { findHeadlessChromium, findProgram } from "../../tools.mjs";

/** Flags of every browser test: no sandbox (root in CI), no background traffic. */
const common = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const chromiumWith = (...args: string[]) => {
  const executablePath = process.env["TEST_LONG"] ? findProgram("chromium") : findHeadlessChromium();
  return { ...(executablePath ? { executablePath } : {}), args: [...common, ...args] };
};

/** The same in the whole browser: for what the engine alone lacks (a profile, prompts, windows). The long tests run in it anyway. */
export function inWholeBrowser<Options extends object>(options: Options): Options {
  const executablePath = findProgram("chromium");
  return executablePath ? { ...options, executablePath } : options;
}

/** A fake microphone that speaks a WAV file over and over (or once), and a permission prompt that is answered with yes. */
export const speaking = (file?: string, { once = false } = {}) =>
  chromiumWith(
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    ...(file ? [`--use-file-for-fake-audio-capture=${file}${once ? "%noloop" : ""}`] : []),
  );

/** The permission prompt is answered with no. */
export const denying = () => chromiumWith("--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream");

/** A machine without a microphone. */
export const withoutMicrophone = () => chromiumWith("--use-fake-ui-for-media-stream");
