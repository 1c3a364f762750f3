import { encodeSound, SoundDecoder } from "../sound.ts";
import type { VoiceCaller } from "../voice-caller.ts";
import type { Check } from "./diagnosis.ts";
import { LevelMeter } from "./level-meter.ts";
import { silence, toneSound } from "./sound-source.ts";

const probeMs = 1500;
const waitMs = 1000;
const quietDb = -60;

/** Says a tone for two seconds and looks at what comes back: itself, something else, or nothing. */
export async function probeAudio(caller: VoiceCaller): Promise<Check> {
  const { format, output } = caller;
  const probe = encodeSound(toneSound("440"), format).subarray(0, (format.bytesPerSecond * probeMs) / 1000);
  const heard: Uint8Array[] = [];
  const meter = new LevelMeter();
  const decoder = new SoundDecoder(format);
  const remove = caller.tapSound({
    agent: (bytes) => {
      heard.push(Uint8Array.from(bytes));
      meter.feed(decoder.decode(bytes));
    },
  });
  const startedAt = performance.now();
  let firstAt: number | undefined;
  const needle = Buffer.from(probe.subarray(0, format.frameBytes));
  const echoes = (): boolean => Buffer.concat(heard).includes(needle);
  const look = async (): Promise<boolean> => {
    while (performance.now() - startedAt < probeMs + waitMs && caller.session.state === "active") {
      if (heard.length > 0) firstAt ??= performance.now();
      if (echoes()) return true;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return false;
  };
  void output.speak(probe).then(async () => {
    while (caller.session.state === "active") await output.speak(silence(format));
  });
  const echoed = await look();
  const echoMs = performance.now() - startedAt;
  remove();
  const bytes = heard.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (echoed)
    return { name: "audio", verdict: "ok", found: `our own sound is back after ${echoMs.toFixed(0)} ms: an echo` };
  if (caller.session.state !== "active") {
    const advice = "The endpoint ended the call while it was spoken to: its log says why.";
    return { name: "audio", verdict: "fail", found: "the call ended while we spoke", advice };
  }
  if (bytes === 0) {
    const advice =
      "An agent that only listens is fine; otherwise look for one that speaks before it is told to, or not at all.";
    return {
      name: "audio",
      verdict: "warn",
      found: `no sound came in ${((probeMs + waitMs) / 1000).toFixed(1)} s`,
      advice,
    };
  }
  const seconds = (bytes / format.bytesPerSecond).toFixed(1);
  const level = meter.take();
  const found = `${seconds} s of sound came, the first after ${((firstAt ?? startedAt) - startedAt).toFixed(0)} ms, ${level.toFixed(0)} dB`;
  if (level > quietDb) return { name: "audio", verdict: "ok", found };
  return {
    name: "audio",
    verdict: "warn",
    found,
    advice: "It is silence: does the agent speak, in the codec that was agreed?",
  };
}
