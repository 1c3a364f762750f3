import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stop } from "./processes.ts";

/** What a browser needs in its environment to find a loudspeaker: without one, its sound stands still. */
export interface SoundDevice {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A loudspeaker that nobody hears, in real time: a PulseAudio of our own, unless there is one to be used (PULSE_SERVER). */
export async function openSoundDevice(pulseaudio: string | undefined): Promise<SoundDevice> {
  if (process.env.PULSE_SERVER !== undefined || pulseaudio === undefined) return { env: {}, close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "voicebridge-sound-"));
  const socket = join(folder, "native");
  const modules = ["-L", "module-null-sink", "-L", `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const words = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", ...modules];
  const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder };
  const child = spawn(pulseaudio, words, { stdio: "ignore", env });
  const deadline = Date.now() + 20_000;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error("pulseaudio does not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    env: { PULSE_SERVER: `unix:${socket}` },
    close: async () => {
      await stop(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
