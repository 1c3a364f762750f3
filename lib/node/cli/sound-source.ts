import { ToneGenerator } from "../../core/index.ts";
import type { CallFormat } from "../call-format.ts";
import { createSignals, encodeSound, type Sound } from "../sound.ts";
import type { VoiceCaller } from "../voice-caller.ts";
import { decodeWav } from "../wav.ts";
import { CommandError, UsageError } from "./command.ts";
import { readInput } from "./connection.ts";

const toneRate = 16_000;
const toneSeconds = 10;
const silenceMs = 100;

/** A WAV file that was named on the command line. Throws `CommandError`. */
export function soundFile(file: string): Sound {
  const bytes = readInput(file);
  try {
    return decodeWav(bytes);
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Ten seconds of a tone: a frequency in Hz, a key, or dial, ringback, busy, reorder. Throws `UsageError`. */
export function toneSound(name: string): Sound {
  const generator = new ToneGenerator(createSignals(), { sampleRate: toneRate });
  const hz = name.length > 1 ? Number(name) : Number.NaN;
  if (hz < 20 || hz > 7000) throw new UsageError(`A tone has 20 to 7000 Hz, not ${name}.`);
  try {
    generator.start(Number.isNaN(hz) ? name : { hz: Math.round(hz) });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const floats = new Float32Array(toneRate * toneSeconds);
  generator.pull(floats);
  return { samples: Int16Array.from(floats, (value) => Math.round(value * 32767)), sampleRate: toneRate };
}

/** Silence of a tenth of a second as the format has it. */
export function silence(format: CallFormat): Uint8Array {
  return encodeSound({ samples: new Int16Array((toneRate * silenceMs) / 1000), sampleRate: toneRate }, format);
}

export interface Speech {
  /** Said once, … */
  readonly once?: Sound | undefined;
  /** … then this again and again; silence where there is none. A voice side never stops sending. */
  readonly then?: Sound | undefined;
}

/** Speaks until the call is over. `onSaid`: what is said once has left. */
export async function speakInto(caller: VoiceCaller, { once, then }: Speech, onSaid: () => void): Promise<void> {
  const { format, output, session } = caller;
  if (once) await output.speak(encodeSound(once, format));
  onSaid();
  const rest = then ? encodeSound(then, format) : silence(format);
  while (session.state === "active") await output.speak(rest);
}
