import { readFile } from "node:fs/promises";
import { createVoiceServer, decodeWav, encodeSound, type VoiceSession } from "voicebridge/node";

/** A folder with menu.wav, hours.wav and goodbye.wav: whatever you recorded. */
const prompts = process.env["PROMPTS"] ?? "prompts";

export const server = createVoiceServer({
  port: Number(process.env["PORT"] ?? 8080),
  path: "/menu",
  allowedOrigins: ["https://www.example.com"],
  onCall: async (call) => {
    for (;;) {
      switch (await ask(call, "menu")) {
        case "1":
          await say(call, "hours");
          break;
        case "9":
        case undefined: // nobody pressed anything
          await say(call, "goodbye");
          return call.hangUp("goodbye");
      }
    }
  },
});

/** Says a prompt and waits for a key, which may come before the end of it. */
async function ask(call: VoiceSession, name: string): Promise<string | undefined> {
  const saying = say(call, name);
  const digit = await call.nextDigit({ timeoutMs: 10_000 });
  await call.clear(); // what was not said yet
  await saying;
  return digit;
}

/** Resolves when it was heard, or taken back. */
async function say(call: VoiceSession, name: string): Promise<void> {
  const sound = decodeWav(await readFile(`${prompts}/${name}.wav`));
  await call.speak(encodeSound(sound, call.format));
  await call.output.drained();
}
