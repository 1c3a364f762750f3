import { RemoteError, type VoiceSession } from "voicebridge/node";
import type { Agent } from "./agent.ts";
import { prompt, soundOf } from "./prompts.ts";

const answerMs = 8000;
const messageMs = 30_000;
const maxSilences = 3;

/**
 * A menu by keys: 1 opening hours, 2 leave a message, 3 count, 4 the talker, 9 goodbye. A key that is pressed during a prompt ends it.
 */
export const ivr: Agent = async (call) => {
  let silences = 0;
  while (!call.signal.aborted) {
    const digit = await ask(call, "menu");
    if (call.signal.aborted) return;
    if (digit === undefined && ++silences < maxSilences) continue;
    silences = 0;
    switch (digit) {
      case "1":
        await say(call, "hours");
        break;
      case "2":
        await leaveMessage(call);
        break;
      case "3":
        await count(call);
        break;
      case "4":
        await say(call, "transfer");
        await call.move({ applicationId: "talker", reason: "menu" });
        return;
      case "9":
      case undefined:
        await say(call, "goodbye");
        await call.hangUp("goodbye");
        return;
      default:
        await say(call, "unknown");
    }
  }
};

/** Says a prompt to its end. */
async function say(call: VoiceSession, name: string): Promise<void> {
  const said = prompt(name);
  call.agentSaid(said.text);
  await call.speak(soundOf(said, call.format));
  await call.output.drained();
}

/** Says a prompt and waits for a key, which ends the prompt. Undefined: none came. */
async function ask(call: VoiceSession, name: string): Promise<string | undefined> {
  const said = new AbortController();
  const saying = say(call, name).finally(() => said.abort());
  const during = await call.nextDigit({ signal: said.signal });
  if (during !== undefined) await call.clear();
  await saying;
  return during ?? call.nextDigit({ timeoutMs: answerMs });
}

async function leaveMessage(call: VoiceSession): Promise<void> {
  await say(call, "record");
  try {
    const id = await call.startRecording(["message"]);
    await call.nextDigit({ timeoutMs: messageMs });
    await call.stopRecording(id);
    await say(call, "recorded");
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    await say(call, "unavailable"); // the voice side does not record
  }
}

/** Keeps a number in a variable of the call, reads it back and says it. */
async function count(call: VoiceSession): Promise<void> {
  const before = (await call.getVariables(["ivr_count"])).ivr_count;
  await call.setVariables({ ivr_count: (typeof before === "number" ? before : 0) + 1 });
  const now = (await call.getVariables(["ivr_count"])).ivr_count;
  await say(call, "count");
  for (const digit of String(now)) await say(call, `digit-${digit}`);
}
