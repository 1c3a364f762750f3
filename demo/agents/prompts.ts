import { readFileSync } from "node:fs";
import { type CallFormat, encodeSound, type Sound, SoundDecoder } from "voicebridge/node";

/** Something an agent can say: the words, and the sound of them. */
export interface Prompt {
  readonly name: string;
  readonly text: string;
  readonly sound: Sound;
}

const folder = new URL("../prompts/", import.meta.url);
const texts = JSON.parse(readFileSync(new URL("prompts.json", folder), "utf8")) as Readonly<Record<string, string>>;
const prompts = new Map<string, Prompt>();

/** Made by demo/prompts/make.sh. Read and decoded once. */
export function prompt(name: string): Prompt {
  const known = prompts.get(name);
  if (known) return known;
  const text = texts[name];
  if (text === undefined) throw new Error(`There is no prompt "${name}" in demo/prompts/prompts.json.`);
  const decoder = new SoundDecoder({ name: "G722", sampleRate: 16000 });
  const sound = { samples: decoder.decode(readFileSync(new URL(`${name}.g722`, folder))), sampleRate: 16000 };
  const made = { name, text, sound };
  prompts.set(name, made);
  return made;
}

/** The sound of a prompt in the format of a call. */
export function soundOf({ sound }: Prompt, format: CallFormat): Uint8Array {
  return encodeSound(sound, format);
}
