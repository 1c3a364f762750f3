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

const launchOf = (executablePath: string | undefined, args: readonly string[]) => ({
  ...(executablePath ? { executablePath } : {}),
  args: [...common, ...args],
});

const launch = (...args: string[]) => launchOf(findProgram("chromium"), args);

/** Elements on pages without a call: the engine without a window around it. */
export const showing = () =>
  launchOf(findHeadlessChromium(), ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]);

/** A fake microphone that speaks a WAV file over and over (or once), and a permission prompt that is answered with yes. */
export const speaking = (file?: string, { once = false } = {}) =>
  launch(
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    ...(file ? [`--use-file-for-fake-audio-capture=${file}${once ? "%noloop" : ""}`] : []),
  );

/** The permission prompt is answered with no. */
export const denying = () => launch("--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream");

/** A machine without a microphone. */
export const withoutMicrophone = () => launch("--use-fake-ui-for-media-stream");
