import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { seededRandom } from "./random.ts";

const cacheFolder = resolve(import.meta.dirname, "../../../../build/speech");

export interface SpeechOptions {
  readonly seconds: number;
  readonly sampleRate: number;
  readonly seed: number;
}

const voices = [
  "en-us",
  "en-gb",
  "en-gb-scotland",
  "de",
  "fr",
  "es",
  "it",
  "pt",
  "nl",
  "pl",
  "sv",
  "cs",
  "fi",
  "tr",
  "ru",
];
const variants = [
  "m1",
  "m2",
  "m3",
  "m4",
  "m5",
  "m6",
  "m7",
  "f1",
  "f2",
  "f3",
  "f4",
  "f5",
  "croak",
  "whisper",
  "klatt",
  "klatt4",
];
const words = (
  "hello yes no maybe thank you please one two three four five six seven eight nine zero ten account number agent operator seven hundred " +
  "balance transfer payment morning evening weather tomorrow delivery appointment question answer machine table window river mountain " +
  "music people family school children water coffee butter orange yellow blue green purple system error network computer keyboard " +
  "who what when where why which how whether because although never always sometimes really quite very much little enough " +
  "moon noon soon room boom zoo you new few view blue shoe true flew grew through choose lose move prove " +
  "see me we he she tea key free three tree green seen mean queen machine police believe receive " +
  "buy my lie sky fly high night light right might fight sight kite white bright " +
  "sit bit fish ship chip rich which itch pinch inch since prince hint mint"
).split(" ");

function sentence(random: () => number): string {
  const length = 4 + Math.floor(random() * 10);
  const picked = Array.from({ length }, () => words[Math.floor(random() * words.length)]);
  return `${picked.join(" ")}${random() < 0.2 ? "?" : "."}`;
}

/** Runs a program with `input` on its standard input and returns what it prints. */
export function runProgram(command: string, parameters: readonly string[], input: Uint8Array): Promise<Buffer> {
  return new Promise((settle, fail) => {
    const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "pipe"] });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
    child.stdin.on("error", () => {}); // the exit code tells
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) settle(Buffer.concat(output));
      else fail(new Error(`${command} ${parameters.join(" ")} ended with ${code}: ${Buffer.concat(complaints)}`));
    });
    child.stdin.end(input);
  });
}

/** Runs ffmpeg quietly from standard input to standard output. */
export function runFfmpeg(parameters: readonly string[], input: Uint8Array): Promise<Buffer> {
  return runProgram("ffmpeg", ["-hide_banner", "-loglevel", "error", ...parameters, "-"], input);
}

export function toSamples(bytes: Uint8Array): Int16Array {
  return new Int16Array(bytes.slice().buffer, 0, bytes.length >> 1);
}

async function synthesize(index: number, options: SpeechOptions): Promise<Buffer> {
  const random = seededRandom(options.seed * 7919 + index);
  const voice = `${voices[Math.floor(random() * voices.length)]}+${variants[Math.floor(random() * variants.length)]}`;
  const pitch = Math.floor(10 + random() * 80);
  const speed = Math.floor(110 + random() * 130);
  const text = Array.from({ length: Math.ceil(options.seconds / 3) + 1 }, () => sentence(random)).join(" ");
  const shape = ["-v", voice, "-p", `${pitch}`, "-s", `${speed}`, "--stdin", "--stdout"];
  const wav = await runProgram("espeak-ng", shape, Buffer.from(text));
  const length = ["-t", `${options.seconds}`, "-ac", "1", "-ar", `${options.sampleRate}`];
  const samples = await runFfmpeg(["-f", "wav", "-i", "-", ...length, "-f", "s16le"], wav);
  // A fast voice may have said it all before the time is up.
  const whole = Buffer.alloc(Math.round(options.seconds * options.sampleRate) * 2);
  for (let at = 0; at < whole.length; at += samples.length) samples.copy(whole, at);
  return whole;
}

/**
 * Speech made here by espeak-ng: several languages, voices, pitches and speeds, a new one every `partSeconds`. The same options give the same
 * samples; they are kept in build/speech, so that only the first run pays.
 */
export async function makeSpeech(options: SpeechOptions, partSeconds = 20): Promise<Int16Array> {
  const key = createHash("sha256")
    .update(JSON.stringify([3, options, partSeconds]))
    .digest("hex")
    .slice(0, 16);
  const file = join(cacheFolder, `${key}.s16`);
  const cached = await readFile(file).catch(() => undefined);
  if (cached) return toSamples(cached);
  const count = Math.ceil(options.seconds / partSeconds);
  const parts: Buffer[] = new Array(count);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const seconds = Math.min(partSeconds, options.seconds - index * partSeconds);
      parts[index] = await synthesize(index, { ...options, seconds });
    }
  };
  await Promise.all([worker(), worker()]);
  const all = Buffer.concat(parts);
  await mkdir(cacheFolder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, all);
  await rename(draft, file);
  return toSamples(all);
}
